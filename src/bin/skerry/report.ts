/** Where progress goes: a terminal, or the process that asked for a detached start. */
export interface Report {
  line(text: string): void;
}

export function terminalReport(output: NodeJS.WritableStream): Report {
  return { line: (text) => void output.write(`${text}\n`) };
}

/** Rows under their headings, columns as wide as they need to be. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

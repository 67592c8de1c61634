import { partNames } from './hold.js';
import type { Layout } from './layout.js';
import { readProcessFile } from './process-file.js';
import { formatTable } from './report.js';

/** Which processes of this skerry run. `running` is whether its supervisor does. */
export async function status(layout: Layout): Promise<{ readonly running: boolean; readonly text: string }> {
  const supervisor = await readProcessFile(layout.supervisor);
  const rows = await Promise.all(
    partNames.map(async (part) => {
      const process = await readProcessFile(layout.processFile(part));
      return [part, process ? 'running' : 'stopped', process ? String(process.pid) : '', layout.logFile(part)];
    }),
  );
  const own = ['supervisor', supervisor ? 'running' : 'stopped', supervisor ? String(supervisor.pid) : '', ''];
  return { running: supervisor !== undefined, text: formatTable(['PART', 'STATE', 'PID', 'LOG'], [own, ...rows]) };
}

import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const port = z.number().int().min(0, 'must be 1 to 65535').max(65_535, 'must be 1 to 65535');
const address = z.string().refine((text) => isIP(text) !== 0, 'must be an IP address');
const path = z.string().refine(isAbsolute, 'must be an absolute path');
const positive = z.number().positive('must be above 0');
const flag = z.boolean();
const listener = z.object({ enable: flag, address, port });

/** What cloudcore.yaml (v1alpha1) may say that this program acts on (facts keadm-and-config §2.2). Times in the unit of the file. */
export const configSchema = z.object({
  commonConfig: z.object({
    monitorServer: z.object({
      bindAddress: z.string().refine(isBindAddress, 'must be <IP>:<port>'),
    }),
  }),
  kubeAPIConfig: z.object({
    /** Empty: the account of the pod this runs in. */
    kubeConfig: z.string().refine((text) => text === '' || isAbsolute(text), 'must be an absolute path'),
  }),
  modules: z.object({
    cloudHub: z.object({
      enable: flag,
      /** Seconds. */
      keepaliveInterval: positive,
      nodeLimit: z.number().int().positive('must be above 0'),
      advertiseAddress: z.array(address),
      dnsNames: z.array(z.string()),
      /** Days. */
      edgeCertSigningDuration: positive,
      /** Hours. */
      tokenRefreshDuration: positive,
      tlsCAFile: path,
      tlsCAKeyFile: path,
      tlsCertFile: path,
      tlsPrivateKeyFile: path,
      websocket: listener,
      https: listener,
      authorization: z.object({ enable: flag, debug: flag }),
    }),
    edgeController: z.object({ enable: flag }),
    syncController: z.object({ enable: flag }),
    cloudStream: z.object({
      enable: flag,
      tunnelPort: port,
      streamPort: port,
      tlsTunnelCAFile: path,
      tlsTunnelCertFile: path,
      tlsTunnelPrivateKeyFile: path,
      /** Client certificates on the stream port must chain to this CA: the one the API server's kubelet client has. */
      tlsStreamCAFile: path,
      tlsStreamCertFile: path,
      tlsStreamPrivateKeyFile: path,
    }),
  }),
});

export type CloudConfig = z.infer<typeof configSchema>;

function isBindAddress(text: string): boolean {
  const at = text.lastIndexOf(':');
  const number = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  return at > 0 && isIP(host) !== 0 && Number.isInteger(number) && number >= 0 && number <= 65_535;
}

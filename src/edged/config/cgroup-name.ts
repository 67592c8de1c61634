import type { QosClass } from './qos.js';

export type CgroupDriver = 'systemd' | 'cgroupfs';

/**
 * The cgroup of a pod as its runtime's driver spells it (facts kubelet-on-cri §5): a path below
 * `kubepods`, or with systemd the full path of the slice.
 * @param root the parent of kubepods, `/` or a path (cgroupfs) or a slice path (systemd)
 */
export function podCgroup(driver: CgroupDriver, root: string, qos: QosClass, uid: string): string {
  const base = root === '/' ? '' : root.replace(/\/$/, '');
  const level = qos === 'Guaranteed' ? '' : qos.toLowerCase();
  if (driver === 'cgroupfs') return `${base}/kubepods${level && `/${level}`}/pod${uid}`;
  const parent = `/kubepods.slice${level && `/kubepods-${level}.slice`}`;
  return `${base}${parent}/kubepods-${level && `${level}-`}pod${uid.replaceAll('-', '_')}.slice`;
}

/**
 * Keys of cloudcore.yaml, in any release, that are accepted and have no effect here: sizes of buffers
 * and pools that do not exist, and modules that are not there yet. Everything below such a key is accepted too.
 */
export const keysWithoutEffect: readonly string[] = [
  'apiVersion',
  'kind',
  'featureGates',
  'commonConfig.tunnelPort',
  'commonConfig.monitorServer.enableProfiling',
  'kubeAPIConfig.master',
  'kubeAPIConfig.contentType',
  'kubeAPIConfig.qps',
  'kubeAPIConfig.burst',
  'leaderelection',
  'modules.cloudHub.writeTimeout',
  'modules.cloudHub.quic',
  'modules.cloudHub.unixsocket',
  'modules.cloudHub.authorization.modes',
  'modules.edgeController.nodeUpdateFrequency',
  'modules.edgeController.buffer',
  'modules.edgeController.load',
  'modules.edgeController.context',
  'modules.deviceController',
  'modules.taskManager',
  'modules.dynamicController',
  'modules.router',
  'modules.iptablesManager',
];

/**
 * Switches whose `true` asks for something that is not there: an operator must hear of it, the rest
 * of the file still counts.
 */
export const missingFeatures: Readonly<Record<string, string>> = {
  'modules.cloudHub.quic.enable': 'the QUIC hub',
  'modules.taskManager.enable': 'node tasks',
  'modules.dynamicController.enable': 'the dynamic controller',
  'modules.router.enable': 'the rule router',
  'featureGates.requireAuthorization': 'MetaServer authorization',
};

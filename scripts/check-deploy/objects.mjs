// What no schema says of Kubernetes' objects: that they fit each other, and that nothing in them may do much.

/** Made by the operator, from the example beside the manifests. */
const givenSecret = 'cmp';

/**
 * @param {any[]} objects
 * @returns {string[]}
 */
export function faultsBetween(objects) {
  const pods = objects.flatMap((object) => {
    const template = object.spec?.template;
    return template ? [{ name: `${object.kind} ${object.metadata.name}`, object, template }] : [];
  });
  return [...pods.flatMap((pod) => faultsOfPod(pod, objects)), ...faultsOfSelectors(objects, pods)];
}

/**
 * @param {{ name: string, template: any }} pod
 * @param {any[]} objects
 */
function faultsOfPod({ name, template }, objects) {
  const { spec } = template;
  const has = (/** @type {string} */ kind, /** @type {string} */ called) =>
    objects.some((object) => object.kind === kind && object.metadata.name === called);
  const faults = [];
  if (spec.automountServiceAccountToken !== false) faults.push('mounts a token of the API');
  if (spec.securityContext?.runAsNonRoot !== true) faults.push('may run as root');
  if (spec.securityContext?.seccompProfile?.type !== 'RuntimeDefault')
    faults.push('has no seccomp profile');
  for (const { persistentVolumeClaim, configMap } of spec.volumes ?? []) {
    const claim = persistentVolumeClaim?.claimName;
    if (claim && !has('PersistentVolumeClaim', claim)) faults.push(`wants ${claim}, no such claim`);
    if (configMap && !has('ConfigMap', configMap.name)) faults.push(`wants ${configMap.name}`);
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    const { securityContext, resources, volumeMounts = [], envFrom = [], env = [] } = container;
    if (securityContext?.allowPrivilegeEscalation !== false) faults.push('may gain privileges');
    if (securityContext?.readOnlyRootFilesystem !== true) faults.push('may write its image');
    if (!securityContext?.capabilities?.drop?.includes('ALL')) faults.push('keeps capabilities');
    if (!resources?.limits?.memory || !resources?.requests?.cpu) faults.push('has no limits');
    for (const mount of volumeMounts)
      if (!spec.volumes?.some((/** @type {any} */ volume) => volume.name === mount.name))
        faults.push(`mounts ${mount.name}, which is no volume`);
    for (const { configMapRef, secretRef } of envFrom) {
      if (configMapRef && !has('ConfigMap', configMapRef.name))
        faults.push(`reads ${configMapRef.name}, no such ConfigMap`);
      if (secretRef && secretRef.name !== givenSecret) faults.push(`reads ${secretRef.name}`);
    }
    for (const { valueFrom } of env)
      if (valueFrom?.secretKeyRef && valueFrom.secretKeyRef.name !== givenSecret)
        faults.push(`reads ${valueFrom.secretKeyRef.name}`);
  }
  return [...new Set(faults)].map((fault) => `${name} ${fault}.`);
}

/**
 * @param {any[]} objects
 * @param {{ object: any, template: any }[]} pods
 */
function faultsOfSelectors(objects, pods) {
  return objects.flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`;
    const reads = {
      Service: object.spec?.selector,
      Deployment: object.spec?.selector?.matchLabels,
      PodDisruptionBudget: object.spec?.selector?.matchLabels,
      NetworkPolicy: object.spec?.podSelector?.matchLabels,
    };
    const wanted = reads[/** @type {keyof typeof reads} */ (object.kind)];
    if (wanted) {
      const candidates = object.kind === 'Deployment' ? [{ template: object.spec.template }] : pods;
      if (!candidates.some(({ template }) => matches(wanted, template.metadata?.labels ?? {})))
        return [`${name} selects no pod.`];
    }
    const target = object.spec?.scaleTargetRef;
    if (target && !pods.some((pod) => pod.object.metadata.name === target.name))
      return [`${name} scales ${target.name}, which is not there.`];
    return faultsOfIngress(object, objects).map((fault) => `${name} ${fault}.`);
  });
}

/**
 * @param {any} object
 * @param {any[]} objects
 */
function faultsOfIngress({ kind, spec }, objects) {
  if (kind !== 'Ingress') return [];
  const backends = spec.rules.flatMap((/** @type {any} */ rule) =>
    rule.http.paths.map((/** @type {any} */ entry) => entry.backend.service),
  );
  return backends
    .filter(
      (/** @type {any} */ { name, port }) =>
        !objects.some(
          (object) =>
            object.kind === 'Service' &&
            object.metadata.name === name &&
            object.spec.ports.some((/** @type {any} */ one) => one.name === port.name),
        ),
    )
    .map((/** @type {any} */ { name }) => `leads to ${name}, which is no such service`);
}

/**
 * @param {Record<string, string>} wanted
 * @param {Record<string, string>} labels
 */
function matches(wanted, labels) {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

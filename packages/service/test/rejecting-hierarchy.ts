import type { KeyHierarchy } from '@keyfold/key-hierarchy';

/** A hierarchy whose every call rejects, with whatever `reason` gives at that moment. */
export function rejectingHierarchy(reason: () => unknown = () => new Error('not expected')): KeyHierarchy {
  const reject = () => Promise.reject(reason());
  return {
    createTenant: reject,
    getTenant: reject,
    listTenants: reject,
    createService: reject,
    getService: reject,
    listServices: reject,
    rotateServiceKey: reject,
    wrapDataKeys: reject,
    unwrapDataKeys: reject,
    rewrapDataKeys: reject,
    generateDataKeys: reject,
    close: () => {},
  };
}

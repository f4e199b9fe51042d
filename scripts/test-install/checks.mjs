// A rehearsal's named checks: each is counted, and a failure hides nothing that comes after it.

/**
 * @typedef {object} Sheet
 * @property {(name: string, work: () => Promise<void> | void) => Promise<void>} check
 * @property {{ passed: number, failed: number }} sum
 */

/** @returns {Sheet} */
export function openSheet() {
  const sum = { passed: 0, failed: 0 };
  return {
    sum,
    check: async (name, work) => {
      const startedAt = Date.now();
      try {
        await work();
        sum.passed += 1;
        console.log(`  ok      ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
      } catch (error) {
        sum.failed += 1;
        const reason = error instanceof Error ? error.message : String(error);
        console.log(`  FAILED  ${name}\n${reason.replaceAll(/^/gm, '            ')}`);
      }
    },
  };
}

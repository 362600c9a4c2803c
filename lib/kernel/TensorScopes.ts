/** The part of TensorFlow.js' engine that knows which `tf.tidy` and `tf.grad` are open. */
interface Engine {
  readonly state: {
    readonly scopeStack: readonly unknown[];
    gradientDepth: number;
    kernelDepth: number;
    activeTape: readonly { readonly saved?: readonly { dispose(): void }[] }[] | null;
  };
  endScope(): void;
}

/**
 * The `tf.tidy` that were open when a cell began, so that those a stopped cell left open can be closed.
 *
 * An interrupt ends a loop that never yields as if the power failed: no `finally` is run, the scope
 * stays open, and its tensors, with all that later cells make, belong to nobody. TensorFlow.js keeps
 * its engine in a global, so that the kernel needn't load it to look.
 */
export class TensorScopes {
  readonly #depth = engine()?.state.scopeStack.length ?? 0;

  /** Closes what was opened since, and frees the tensors in it. */
  restore(): void {
    const found = engine();
    if (found === undefined) return;
    const { state } = found;
    if (state.scopeStack.length <= this.#depth) return;
    while (state.scopeStack.length > this.#depth) found.endScope();
    // What a gradient saved on its way forwards is kept beyond scopes, until it has come back.
    for (const { saved = [] } of state.activeTape ?? []) for (const t of saved) t.dispose();
    // Cells begin outside of any gradient and any kernel.
    state.gradientDepth = 0;
    state.kernelDepth = 0;
    state.activeTape = null;
  }
}

const engine = (): Engine | undefined => (globalThis as { _tfengine?: Engine })._tfengine;

package io.inverseform.job.torch;

/** What a pass through a network is for. */
enum Pass {
  TRAINING,
  /** The first pass through a checkpoint: as in training, but nothing runs backward. */
  UNRECORDED,
  /** The second pass through a checkpoint. */
  RECOMPUTING,
  /** As in training, to see what a backward pass would need; nothing is changed by it. */
  COUNTING,
  INFERENCE,
  /** Inference in which the outputs have their inputs' history. */
  FROZEN;

  /** Whether it is part of a training step: batches have statistics, dropout drops. */
  boolean trains() {
    return this != INFERENCE && this != FROZEN;
  }

  /** Whether a backward pass follows on its tape. */
  boolean records() {
    return this == TRAINING || this == RECOMPUTING;
  }

  /** Whether running statistics move: once a step. */
  boolean movesStatistics() {
    return this == TRAINING || this == UNRECORDED;
  }
}

package io.inverseform.job.allreduce;

/**
 * The exchange of one worker alone: no network, no waiting. It keeps the same rules, so that a run
 * of one finds the same errors.
 */
public final class LocalExchange implements Exchange {
  private final FlatMemory memory;
  private final Coverage given;
  private final float[] chunk = new float[ShardedExchange.CHUNK];
  private long step;

  /**
   * @param firstStep the step that the first {@link #allGather} or {@link #skip} will name
   */
  public LocalExchange(FlatMemory memory, long firstStep) {
    this.memory = memory;
    this.given = new Coverage(memory.whole());
    this.step = firstStep;
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int worldSize() {
    return 1;
  }

  @Override
  public synchronized void reduceScatter(FloatRange range) {
    StepRules.give(given, range, 0, step);
  }

  @Override
  public double[] sum(double[] values) {
    StepRules.requireSummable(values);
    return values.clone();
  }

  @Override
  public synchronized double gradientNorm(long endedStep) {
    StepRules.requireEnd(given, endedStep, 0, step);
    double squares = 0;
    for (FloatRange block : Ranges.pieces(memory.whole(), chunk.length)) {
      memory.readGradient(block.offset(), block.length(), chunk);
      squares += Squares.sum(chunk, block.length());
    }
    return Math.sqrt(squares);
  }

  @Override
  public synchronized void allGather(long endedStep, RangeUpdate update) {
    StepRules.requireEnd(given, endedStep, 0, step);
    for (FloatRange range : Ranges.pieces(memory.whole(), chunk.length)) {
      memory.readGradient(range.offset(), range.length(), chunk);
      update.apply(range, chunk, 0);
    }
    nextStep();
  }

  @Override
  public synchronized void skip(long endedStep) {
    StepRules.requireEnd(given, endedStep, 0, step);
    nextStep();
  }

  private void nextStep() {
    given.clear();
    step++;
  }

  @Override
  public long sentBytes() {
    return 0;
  }

  @Override
  public long receivedBytes() {
    return 0;
  }

  @Override
  public void onSent(TransferListener listener) {}

  @Override
  public void close() {}
}

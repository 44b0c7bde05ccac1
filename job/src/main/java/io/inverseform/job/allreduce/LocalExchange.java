package io.inverseform.job.allreduce;

import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The exchange of one worker alone: no network, no waiting, and no copy to the host where the
 * vectors lie on a device. It keeps the same rules, so that a run of one finds the same errors.
 */
public final class LocalExchange implements Exchange {
  private final Vectors vectors;
  private final Coverage given;
  private long step;

  /** The worker's two flat vectors, wherever they are. */
  private interface Vectors {
    double gradientNorm();

    void update(RangeUpdate update);
  }

  private record OnHost(Supplier<FlatMemory> vectors, float[] chunk) implements Vectors {
    @Override
    public double gradientNorm() {
      FlatMemory memory = vectors.get();
      double squares = 0;
      for (FloatRange block : Ranges.pieces(memory.whole(), chunk.length)) {
        memory.readGradient(block.offset(), block.length(), chunk);
        squares += Squares.sum(chunk, block.length());
      }
      return Math.sqrt(squares);
    }

    @Override
    public void update(RangeUpdate update) {
      FlatMemory memory = vectors.get();
      for (FloatRange range : Ranges.pieces(memory.whole(), chunk.length)) {
        memory.readGradient(range.offset(), range.length(), chunk);
        update.apply(range, chunk, 0);
      }
    }
  }

  private record OnDevice(DoubleSupplier norm) implements Vectors {
    @Override
    public double gradientNorm() {
      return norm.getAsDouble();
    }

    @Override
    public void update(RangeUpdate update) {
      update.applyOnDevice();
    }
  }

  private LocalExchange(Vectors vectors, FloatRange whole, long firstStep) {
    this.vectors = vectors;
    this.given = new Coverage(whole);
    this.step = firstStep;
  }

  /**
   * Of vectors in host memory.
   *
   * @param firstStep the step that the first {@link #allGather} or {@link #skip} will name
   */
  public LocalExchange(FlatMemory memory, long firstStep) {
    this(new OnHost(() -> memory, new float[ShardedExchange.CHUNK]), memory.whole(), firstStep);
  }

  /**
   * Of vectors in host memory, which may be elsewhere in every step.
   *
   * @param length floats of each
   * @param vectors gives them while a step ends
   * @param firstStep as above
   */
  public static LocalExchange onHost(int length, Supplier<FlatMemory> vectors, long firstStep) {
    return new LocalExchange(
        new OnHost(vectors, new float[ShardedExchange.CHUNK]),
        new FloatRange(0, length),
        firstStep);
  }

  /**
   * Of vectors on a device, which {@link RangeUpdate#applyOnDevice} updates.
   *
   * @param length floats of each
   * @param gradientNorm the gradient's Euclidean norm, computed there
   * @param firstStep as above
   */
  public static LocalExchange onDevice(int length, DoubleSupplier gradientNorm, long firstStep) {
    return new LocalExchange(new OnDevice(gradientNorm), new FloatRange(0, length), firstStep);
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
    return vectors.gradientNorm();
  }

  @Override
  public synchronized void allGather(long endedStep, RangeUpdate update) {
    StepRules.requireEnd(given, endedStep, 0, step);
    vectors.update(update);
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

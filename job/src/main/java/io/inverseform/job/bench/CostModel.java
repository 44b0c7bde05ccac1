package io.inverseform.job.bench;

import io.inverseform.job.allreduce.Exchange;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a training step costs with N workers, from constants that were measured on one machine. With
 * B bytes of gradient on the wire (4 or 2 a parameter), F bytes of parameters (4 each), N workers,
 * of which h share a host:
 *
 * <ul>
 *   <li>bytes that a worker sends, and receives: 2 (N - 1)/N B, as in a ring, in two hops
 *   <li>network: the longer of what a worker's network threads take for its bytes, and what the
 *       host's line takes for those that leave the host, h 2 (N - h)/N B. A thread serves whole
 *       connections, so one peer keeps one thread busy
 *   <li>arithmetic on one thread: (N - 1)/N F to add, and the update of a shard, 1/N of the
 *       parameters; in bfloat16 encoding (N - 1)/N F, and decoding it twice, which adds
 *   <li>copies between a GPU's memory and the host's: F out, F in
 *   <li>frames: 2 (N - 1) times those of a shard, of {@value #FRAME_FLOATS} floats at the most
 *   <li>norms: rounds times a round trip, and in each round what N - 2 further small frames keep
 *       the threads, or their bytes the line, busy
 * </ul>
 *
 * <p>The exchange is the sum of network, arithmetic, copies and frames, as if none overlapped with
 * another. A worker alone exchanges nothing.
 *
 * @param step of one worker
 * @param worker its constants
 * @param nccl what it is compared with
 */
public record CostModel(Step step, Worker worker, Nccl nccl) {
  /** Most floats in a frame of gradients or weights. */
  static final int FRAME_FLOATS = Exchange.MAX_FRAME;

  /** GPUs of a host whose exchange NCCL makes. */
  public static final int NCCL_GPUS = 8;

  private static final int FLOAT32 = 4;

  /**
   * What a worker does in a step.
   *
   * @param parameters of the network
   * @param wireBytes of a parameter's gradient or weight on the network: 4, or 2 for bfloat16
   * @param rounds of small sums, one after another
   * @param roundBytes to each peer in a round
   * @param compute seconds of forward and backward pass
   * @param hidden share of the exchange that runs during the backward pass, 0 to 1
   */
  public record Step(
      long parameters,
      int wireBytes,
      int rounds,
      double roundBytes,
      double compute,
      double hidden) {
    public Step {
      require(parameters >= 1, "parameters", "at least 1", parameters);
      require(rounds >= 0, "rounds", "at least 0", rounds);
      require(roundBytes >= 0, "round bytes", "at least 0", roundBytes);
      require(compute > 0, "compute", "more than 0 s", compute);
      require(hidden >= 0 && hidden <= 1, "hidden", "from 0 to 1", hidden);
    }
  }

  /**
   * What a worker can do.
   *
   * @param thread bytes a second of one connection, and of the network thread that serves it
   * @param threads that send, and as many that receive
   * @param frame seconds that a small frame keeps a thread busy, where it leaves and where it comes
   * @param add bytes of float32 a second added on one thread
   * @param encode bytes of float32 a second rounded to bfloat16
   * @param decode bytes of float32 a second made of bfloat16, added or not
   * @param update seconds an updated parameter
   * @param copy bytes a second between a GPU's memory and the host's; 0 where there is no GPU
   * @param perHost workers of a host, which share its line
   */
  public record Worker(
      double thread,
      int threads,
      double frame,
      double add,
      double encode,
      double decode,
      double update,
      double copy,
      int perHost) {
    public Worker {
      require(thread > 0, "thread", "more than 0 bytes/s", thread);
      require(threads >= 1, "threads", "at least 1", threads);
      require(frame >= 0, "frame", "at least 0 s", frame);
      require(add > 0, "add", "more than 0 bytes/s", add);
      require(encode > 0, "encode", "more than 0 bytes/s", encode);
      require(decode > 0, "decode", "more than 0 bytes/s", decode);
      require(update >= 0, "update", "at least 0 s", update);
      require(copy >= 0, "copy", "at least 0 bytes/s", copy);
      require(perHost >= 1, "workers of a host", "at least 1", perHost);
    }
  }

  /**
   * One host whose GPUs exchange gradients among themselves.
   *
   * @param ring bytes a second of a ring over NVLink
   * @param round seconds of a small sum
   */
  public record Nccl(double ring, double round) {
    public Nccl {
      require(ring > 0, "NVLink", "more than 0 bytes/s", ring);
      require(round >= 0, "NCCL's round", "at least 0 s", round);
    }
  }

  /**
   * A step's cost, all times in seconds.
   *
   * @param workers N
   * @param bytes that a worker sends for the exchange, and receives
   * @param network time of these bytes
   * @param arithmetic of sums, update and number formats
   * @param copies from and to the GPU
   * @param frames what handling frames takes
   * @param norms rounds of small sums
   * @param efficiency compute / (compute + exposed exchange + norms)
   */
  public record Cost(
      int workers,
      double bytes,
      double network,
      double arithmetic,
      double copies,
      double frames,
      double norms,
      double efficiency) {
    /** The whole exchange of gradients and weights, hidden or not. */
    public double exchange() {
      return network + arithmetic + copies + frames;
    }

    /** How many times as many images a second as one worker makes. */
    public double speedUp() {
      return workers * efficiency;
    }
  }

  /**
   * The cost with some number of workers.
   *
   * @param workers N, from 1
   * @param line bytes a second and direction of a host's network card
   * @param roundTrip seconds of a small sum between two workers
   */
  public Cost at(int workers, double line, double roundTrip) {
    require(workers >= 1, "workers", "at least 1", workers);
    require(line > 0, "line", "more than 0 bytes/s", line);
    require(roundTrip >= 0, "round trip", "at least 0 s", roundTrip);
    if (workers == 1) {
      return new Cost(1, 0, 0, 0, 0, 0, 0, 1);
    }
    double floats = (double) FLOAT32 * step.parameters;
    double others = (workers - 1.0) / workers;
    double bytes = 2 * others * step.wireBytes * step.parameters;
    int busy = Math.min(worker.threads, workers - 1);
    int local = Math.min(worker.perHost, workers);
    double leaving = (double) local * (workers - local) / (workers - 1);
    double network = Math.max(bytes / (busy * worker.thread), leaving * bytes / line);
    double shard = (double) step.parameters / workers;
    double arithmetic =
        shard * worker.update
            + others
                * floats
                * (step.wireBytes == FLOAT32
                    ? 1 / worker.add
                    : 1 / worker.encode + 2 / worker.decode);
    double copies = worker.copy == 0 ? 0 : 2 * floats / worker.copy;
    double frames = 2 * (workers - 1) * Math.ceil(shard / FRAME_FLOATS) * worker.frame / busy;
    double round =
        roundTrip
            + Math.max(
                (workers - 2) * worker.frame / busy,
                leaving * (workers - 2) * step.roundBytes / line);
    double norms = step.rounds * round;
    double exposed = (1 - step.hidden) * (network + arithmetic + copies + frames);
    return new Cost(
        workers,
        bytes,
        network,
        arithmetic,
        copies,
        frames,
        norms,
        step.compute / (step.compute + exposed + norms));
  }

  /**
   * What one host of {@link #NCCL_GPUS} GPUs makes of the same step, as multiples of one GPU, where
   * gradients stay in the GPUs' memory: a ring of 2 (8 - 1)/8 F, and the rounds of small sums.
   */
  public double ncclSpeedUp() {
    double ring = 2.0 * (NCCL_GPUS - 1) / NCCL_GPUS * FLOAT32 * step.parameters / nccl.ring;
    return NCCL_GPUS * step.compute / (step.compute + ring + step.rounds * nccl.round);
  }

  /** The fewest workers that make more than that host; empty if {@code most} do not. */
  public OptionalInt workersBeyondNccl(double line, double roundTrip, int most) {
    return IntStream.rangeClosed(1, most)
        .filter(workers -> at(workers, line, roundTrip).speedUp() > ncclSpeedUp())
        .findFirst();
  }

  private static void require(boolean holds, String name, String must, double value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s must be %s, is %s"
              .formatted(name, must, value == Math.rint(value) ? (Object) (long) value : value));
    }
  }
}

package io.inverseform.job.allreduce;

import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One worker in the {@link Roster}, guarded by its lock. */
final class Member {
  /** By host and GPU, so that a host's workers are neighbours; partitions decide the rest. */
  static final Comparator<Member> ORDER =
      Comparator.comparing((Member m) -> m.address.host())
          .thenComparing(m -> m.gpu.length())
          .thenComparing(m -> m.gpu)
          .thenComparing(m -> m.partition);

  final int partition;
  final String gpu;
  final Address address;
  private final Map<String, String> fingerprint;

  /** The answer that it waits for, or null. */
  Consumer<Control.Reply> waiting;

  int rank = -1;
  boolean ready;

  /** Left in order, or failed: its silence means nothing any more. */
  boolean gone;

  /** The last step it reported. */
  long step = -1;

  /** When it last spoke, in nanoseconds. */
  long seen;

  Member(Control.Register message, Consumer<Control.Reply> answer, long now) {
    this.partition = message.partition();
    this.gpu = message.gpu();
    this.address = message.address();
    this.fingerprint = message.fingerprint();
    this.waiting = answer;
    this.seen = now;
  }

  boolean waitsForPeers() {
    return ready && waiting != null;
  }

  /** What two workers do not agree on, with both values; empty if they agree. */
  Optional<String> difference(Member other) {
    return Stream.of(this, other)
        .flatMap(m -> m.fingerprint.keySet().stream())
        .filter(key -> !Objects.equals(fingerprint.get(key), other.fingerprint.get(key)))
        .findFirst()
        .map(
            key ->
                ("workers do not agree on '%s': it is '%s' for %s and '%s' for %s. All executors must"
                        + " run the same jars with the same configuration and data")
                    .formatted(key, other.fingerprint.get(key), other, fingerprint.get(key), this));
  }

  WorkerStatus status() {
    return new WorkerStatus(rank, partition, gpu, address, step);
  }

  @Override
  public String toString() {
    return rank < 0
        ? "partition " + partition + " on " + address
        : "rank " + rank + " (" + address + ")";
  }
}

package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The coordinator's state: who is there, how far, and what went wrong first. It knows no network: a
 * connection is any object, an answer is a function that may be called later, by another caller.
 * Nothing here waits.
 */
final class Roster {
  private final int worldSize;
  private final Duration limit;
  private final Duration silence;
  private final Consumer<List<WorkerStatus>> onAssigned;
  private final Consumer<WorkerFailure> onFailure;
  private final Map<Object, Member> members = new LinkedHashMap<>();
  private final Directives directives = new Directives();
  private boolean assigned;
  private long waitingSince;
  private boolean looked;
  private long lookedAt;
  private String abort;
  private WorkerFailure rootCause;

  Roster(
      int worldSize,
      Duration limit,
      Duration silence,
      Consumer<List<WorkerStatus>> onAssigned,
      Consumer<WorkerFailure> onFailure) {
    this.worldSize = worldSize;
    this.limit = limit;
    this.silence = silence;
    this.onAssigned = onAssigned;
    this.onFailure = onFailure;
  }

  synchronized void register(
      Object connection, Control.Register message, Consumer<Control.Reply> answer, long now) {
    Member member = new Member(message, answer, now);
    Optional<String> refusal = refusal(connection, member);
    if (refusal.isPresent()) {
      answer.accept(new Control.Refused(refusal.get()));
      return;
    }
    if (members.isEmpty()) {
      waitingSince = now;
    }
    Optional<String> difference = members.values().stream().findFirst().flatMap(member::difference);
    members.put(connection, member);
    if (difference.isPresent()) {
      fail(difference.get(), WorkerFailure.Kind.UNRECOVERABLE);
    } else if (members.size() == worldSize) {
      assign(now);
    }
  }

  private Optional<String> refusal(Object connection, Member member) {
    if (abort != null) {
      return Optional.of(abort);
    }
    if (members.containsKey(connection)) {
      return Optional.of(member + " has registered before on this connection");
    }
    if (assigned) {
      return Optional.of(
          member + " comes too late: all " + worldSize + " workers of this attempt are there");
    }
    return members.values().stream()
        .filter(other -> other.partition == member.partition)
        .findFirst()
        .map(
            other ->
                member
                    + " comes twice: partition "
                    + other.partition
                    + " is already there on "
                    + other.address);
  }

  private void assign(long now) {
    assigned = true;
    List<Member> byRank = members.values().stream().sorted(Member.ORDER).toList();
    List<Address> peers = byRank.stream().map(m -> m.address).toList();
    for (Member member : byRank) {
      member.rank = byRank.indexOf(member);
      member.seen = now;
    }
    onAssigned.accept(byRank.stream().map(Member::status).toList());
    for (Member member : byRank) {
      answer(member, new Control.Assigned(member.rank, heartbeatMillis(), peers));
    }
  }

  private int heartbeatMillis() {
    return (int) Math.max(20, Math.min(1000, silence.toMillis() / 5));
  }

  synchronized void ready(Object connection, Consumer<Control.Reply> answer, long now) {
    Optional<Member> member = seen(connection, answer, now);
    if (member.isEmpty()) {
      return;
    }
    if (members.values().stream().noneMatch(m -> m.ready)) {
      waitingSince = now;
    }
    member.get().ready = true;
    member.get().waiting = answer;
    if (members.values().stream().allMatch(m -> m.ready)) {
      members.values().forEach(m -> answer(m, new Control.Carry(List.of())));
    }
  }

  synchronized void heartbeat(Object connection, Consumer<Control.Reply> answer, long now) {
    seen(connection, answer, now)
        .ifPresent(member -> answer.accept(new Control.Carry(directives.after(member.step))));
  }

  /**
   * @return the rank that ended the step; empty if it was refused
   */
  synchronized Optional<Integer> progress(
      Object connection, Control.Progress message, Consumer<Control.Reply> answer, long now) {
    Optional<Member> member = seen(connection, answer, now);
    member.ifPresent(
        m -> {
          directives.reported(message.step());
          m.step = message.step();
          answer.accept(new Control.Carry(directives.after(message.step())));
        });
    return member.map(m -> m.rank);
  }

  synchronized void failed(
      Object connection, Control.Failed message, Consumer<Control.Reply> answer) {
    Member member = members.get(connection);
    if (member != null && !member.gone) {
      fail(member, message.message(), message.stackTrace(), message.kind());
    }
    answer.accept(new Control.Carry(List.of()));
  }

  synchronized void leave(Object connection, Consumer<Control.Reply> answer) {
    Member member = members.get(connection);
    if (member != null) {
      member.gone = true;
    }
    answer.accept(new Control.Carry(List.of()));
  }

  synchronized void disconnected(Object connection) {
    Member member = members.get(connection);
    if (member == null || member.gone) {
      return;
    }
    if (assigned) {
      fail(
          member,
          "its connection to the driver was closed: the executor ended or was cut off",
          "",
          WorkerFailure.Kind.LOST);
    } else {
      members.remove(connection);
    }
  }

  /** Looks whether a limit is over. */
  synchronized void check(long now) {
    if (abort != null || members.isEmpty()) {
      return;
    }
    excuseIfDeaf(now);
    boolean overdue = now - waitingSince > limit.toNanos();
    if (!assigned && overdue) {
      fail(
          ("%d of %d workers registered within %d s: %s. The other tasks did not start, or cannot reach"
                  + " the driver: see the executors' logs, check that the cluster has %d free slots"
                  + " (train.workers), and that executors can connect to the driver on all ports")
              .formatted(members.size(), worldSize, limit.toSeconds(), list(m -> true), worldSize),
          WorkerFailure.Kind.ERROR);
    } else if (assigned && overdue && members.values().stream().anyMatch(Member::waitsForPeers)) {
      fail(
          ("%d of %d workers connected to their peers within %d s; missing: %s. See their logs, and"
                  + " check that executors can reach each other on all ports")
              .formatted(
                  members.values().stream().filter(m -> m.ready).count(),
                  worldSize,
                  limit.toSeconds(),
                  list(m -> !m.ready)),
          WorkerFailure.Kind.ERROR);
    } else if (assigned) {
      members.values().stream()
          .filter(m -> !m.gone && now - m.seen > silence.toNanos())
          .findFirst()
          .ifPresent(
              m ->
                  fail(
                      m,
                      ("no heartbeat for %d s: the executor hangs, was stopped or was cut off;"
                              + " see its log")
                          .formatted(TimeUnit.NANOSECONDS.toSeconds(now - m.seen)),
                      "",
                      WorkerFailure.Kind.SILENT));
    }
  }

  /** A driver that was stopped itself, or swapped out, has heard nobody: no worker's fault. */
  private void excuseIfDeaf(long now) {
    if (looked && now - lookedAt > silence.toNanos() / 2) {
      members.values().forEach(member -> member.seen = now);
    }
    looked = true;
    lookedAt = now;
  }

  /**
   * The rank of a connection's worker and its pulse; answers itself if there is none or the attempt
   * is over.
   */
  private Optional<Member> seen(Object connection, Consumer<Control.Reply> answer, long now) {
    Member member = members.get(connection);
    if (abort != null || member == null || member.rank < 0) {
      answer.accept(
          new Control.Refused(abort != null ? abort : "this connection has registered no worker"));
      return Optional.empty();
    }
    member.seen = now;
    return Optional.of(member);
  }

  private void fail(Member member, String message, String stackTrace, WorkerFailure.Kind kind) {
    member.gone = true;
    fail(
        new WorkerFailure(
            member.rank, member.address.toString(), member.step, message, stackTrace, kind));
  }

  /** Nobody's fault in particular: the message says who is there and who is not. */
  private void fail(String message, WorkerFailure.Kind kind) {
    driverFailed(message, "", kind);
  }

  /** The attempt cannot go on for a reason that lies with no worker. */
  synchronized void driverFailed(String message, String stackTrace, WorkerFailure.Kind kind) {
    fail(new WorkerFailure(-1, "", -1, message, stackTrace, kind));
  }

  private void fail(WorkerFailure failure) {
    if (rootCause == null || rootCause.consequence() && !failure.consequence()) {
      rootCause = failure;
    }
    onFailure.accept(failure);
    abort("the attempt ended because " + failure);
  }

  synchronized void abort(String reason) {
    if (abort == null) {
      abort = reason;
    }
    members.values().forEach(member -> answer(member, new Control.Refused(abort)));
  }

  private static void answer(Member member, Control.Reply reply) {
    Consumer<Control.Reply> waiting = member.waiting;
    member.waiting = null;
    if (waiting != null) {
      waiting.accept(reply);
    }
  }

  /** The attempt is over for the driver too: nobody's silence means anything any more. */
  synchronized void close() {
    members.values().forEach(member -> member.gone = true);
    abort("the driver ended the attempt");
  }

  synchronized void request(Directive.Kind kind, String reason) {
    directives.request(kind, reason);
  }

  synchronized Optional<WorkerFailure> rootCause() {
    return Optional.ofNullable(rootCause);
  }

  synchronized List<WorkerStatus> workers() {
    return members.values().stream()
        .filter(m -> m.rank >= 0)
        .sorted(Comparator.comparingInt(m -> m.rank))
        .map(Member::status)
        .toList();
  }

  private String list(Predicate<Member> which) {
    return members.values().stream()
        .filter(which)
        .map(Member::toString)
        .collect(Collectors.joining(", "));
  }
}

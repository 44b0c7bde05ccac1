package io.inverseform.job.allreduce;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side of one attempt, on the control path: admits exactly its workers, checks that
 * they agree, gives ranks and addresses, watches heartbeats, collects progress, hands out
 * directives, and keeps the first root cause. No gradient passes through it. A new attempt needs a
 * new coordinator.
 */
public final class Coordinator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private final Transport transport;
  private final Roster roster;
  private final ControlCodec codec;
  private final CoordinatorListener listener;
  private final Duration limit;
  private final ScheduledExecutorService watch;
  private final ScheduledExecutorService events;

  private Coordinator(CoordinatorSettings settings, CoordinatorListener listener) {
    this.listener = listener;
    this.limit = settings.limit();
    this.codec = new ControlCodec(settings.attempt());
    this.watch = daemon("coordinator-watch");
    this.events = daemon("coordinator-events");
    this.roster =
        new Roster(
            settings.worldSize(),
            settings.limit(),
            settings.silence(),
            workers -> later(() -> listener.onAssigned(workers)),
            this::failed);
    Protection.tell(settings.conf(), settings.security());
    this.transport =
        new Transport(
            settings.conf(),
            settings.security(),
            settings.listen(),
            settings.limit(),
            new Handler());
    Duration shortest = Collections.min(List.of(settings.limit(), settings.silence()));
    long period = Math.max(10, Math.min(500, shortest.toMillis() / 4));
    watch.scheduleWithFixedDelay(
        () -> guard(() -> roster.check(System.nanoTime())), period, period, TimeUnit.MILLISECONDS);
  }

  /**
   * Listens.
   *
   * @throws ExchangeException if it cannot listen there, or all ports are taken
   */
  public static Coordinator start(CoordinatorSettings settings, CoordinatorListener listener) {
    return new Coordinator(settings, listener);
  }

  private static ScheduledExecutorService daemon(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Where workers register. */
  public Address address() {
    return transport.address();
  }

  /**
   * Asks all workers to write a checkpoint and end in order, at the end of the same step, two or
   * more ahead.
   */
  public void requestStop(String reason) {
    roster.request(Directive.Kind.STOP, reason);
  }

  /** Ends the attempt: workers give up in whatever they wait for, at their next heartbeat. */
  public void abort(String reason) {
    roster.abort(reason);
  }

  /**
   * The first failure that was not merely a consequence of another; the first consequence if there
   * was no other.
   */
  public Optional<WorkerFailure> failure() {
    return roster.rootCause();
  }

  /** The admitted workers by rank; empty until all are there. */
  public List<WorkerStatus> workers() {
    return roster.workers();
  }

  private void failed(WorkerFailure failure) {
    if (failure.consequence()) {
      LOG.debug("{}", failure);
    } else {
      LOG.warn("{}", failure);
    }
    later(() -> listener.onFailure(failure));
  }

  /** One call at a time, in order; none any more when the coordinator is closed. */
  private void later(Runnable call) {
    try {
      events.execute(() -> guard(call));
    } catch (RejectedExecutionException e) {
      LOG.debug("The coordinator is closed: what comes now is not told", e);
    }
  }

  /**
   * What the driver does with a report belongs to the run: if it fails, nobody trains on in vain.
   */
  private void tell(int rank, Control.Progress report) {
    try {
      listener.onProgress(rank, report.step(), report.payload());
    } catch (RuntimeException e) {
      LOG.error("The report of rank {} at step {} failed", rank, report.step(), e);
      roster.driverFailed(
          "the driver could not handle the report of rank %d at step %d: %s"
              .formatted(rank, report.step(), e.getMessage()),
          StackTraces.of(e),
          e instanceof UncheckedIOException
              ? WorkerFailure.Kind.ERROR
              : WorkerFailure.Kind.UNRECOVERABLE);
    }
  }

  private static void guard(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("A call of the coordinator failed; it goes on", e);
    }
  }

  /**
   * Stops listening. What workers said before is still told to the listener; if that takes longer
   * than workers wait for one another, the rest is dropped, which is a {@link #failure}.
   */
  @Override
  public void close() {
    roster.close();
    transport.close();
    watch.shutdownNow();
    events.shutdown();
    try {
      if (!events.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        drop(
            "has not handled all reports of the workers within %d s (train.timeout_seconds)"
                .formatted(limit.toSeconds()));
      }
    } catch (InterruptedException e) {
      drop("was told to stop before it had handled all reports of the workers");
      Thread.currentThread().interrupt();
    }
  }

  private void drop(String why) {
    roster.driverFailed(
        "the driver " + why + ": see whether its disk or the run folder's file system hangs",
        "",
        WorkerFailure.Kind.ERROR);
    events.shutdownNow();
  }

  private final class Handler extends RpcHandler {
    private final StreamManager streams = new OneForOneStreamManager();

    @Override
    public void receive(TransportClient client, ByteBuffer bytes, RpcResponseCallback callback) {
      Consumer<Control.Reply> answer = reply -> callback.onSuccess(ControlCodec.encode(reply));
      try {
        receive(client, codec.decode(bytes), answer);
      } catch (RefusedException e) {
        LOG.warn("Refused a message from {}: {}", client.getSocketAddress(), e.getMessage());
        answer.accept(new Control.Refused(e.getMessage()));
      }
    }

    private void receive(TransportClient client, Control message, Consumer<Control.Reply> answer) {
      long now = System.nanoTime();
      if (message instanceof Control.Register m) {
        roster.register(client, m, answer, now);
      } else if (message instanceof Control.Ready) {
        roster.ready(client, answer, now);
      } else if (message instanceof Control.Heartbeat) {
        roster.heartbeat(client, answer, now);
      } else if (message instanceof Control.Progress m) {
        // Answered last: a worker that has its answer may end, and the driver close.
        List<Control.Reply> replies = new ArrayList<>();
        roster.progress(client, m, replies::add, now).ifPresent(rank -> later(() -> tell(rank, m)));
        replies.forEach(answer);
      } else if (message instanceof Control.Failed m) {
        roster.failed(client, m, answer);
      } else if (message instanceof Control.Leave) {
        roster.leave(client, answer);
      }
    }

    @Override
    public void channelActive(TransportClient client) {
      FrameBound.install(client.getChannel(), ControlCodec.MAX_BYTES);
    }

    @Override
    public void channelInactive(TransportClient client) {
      roster.disconnected(client);
    }

    @Override
    public StreamManager getStreamManager() {
      return streams;
    }
  }
}

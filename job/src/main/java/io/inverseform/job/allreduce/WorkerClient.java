package io.inverseform.job.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's side of one attempt, on the control path: opens this worker's server, registers with
 * the coordinator, learns rank and peers, then sends heartbeats and progress. It also opens the
 * exchange. Used by the worker's own thread.
 */
public final class WorkerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerClient.class);
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final WorkerSettings settings;
  private final ControlCodec codec;
  private final PeerServer server = new PeerServer();
  private final Transport transport;
  private final Interruption interruption;
  private final TransportClient coordinator;
  private final DirectiveBook directives = new DirectiveBook();
  private final ScheduledExecutorService heartbeats;
  private final int rank;
  private final List<Address> peers;
  private volatile String abort;
  private volatile boolean leaving;
  private CompletableFuture<Control.Reply> report;
  private boolean exchanged;

  private WorkerClient(WorkerSettings settings) {
    this.settings = settings;
    this.codec = new ControlCodec(settings.attempt());
    this.interruption = settings.interruption().or(this::abortReason);
    this.transport =
        new Transport(
            settings.conf(),
            settings.security(),
            settings.host(),
            settings.host(),
            settings.limit(),
            server);
    try {
      String here = "partition " + settings.partition() + " on " + transport.address();
      this.coordinator =
          Calls.await(
              Calls.onThread("coordinator", () -> transport.connect(settings.coordinator())),
              here + ": connecting to the driver at " + settings.coordinator(),
              settings.limit(),
              interruption,
              () -> "Check that executors can reach the driver on all ports.");
      Control.Assigned assigned = register(here);
      this.rank = assigned.rank();
      this.peers = assigned.peers();
      this.heartbeats =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "heartbeat-" + rank);
                thread.setDaemon(true);
                return thread;
              });
      heartbeats.scheduleAtFixedRate(
          this::heartbeat,
          assigned.heartbeatMillis(),
          assigned.heartbeatMillis(),
          TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  /**
   * Registers and waits until all workers of the attempt are there.
   *
   * @throws ExchangeException if the coordinator refuses this worker or the attempt, or a limit is
   *     over; says why
   */
  public static WorkerClient join(WorkerSettings settings) {
    return new WorkerClient(settings);
  }

  private Control.Assigned register(String here) {
    Control.Reply reply =
        answer(
            call(
                new Control.Register(
                    settings.partition(), transport.address(), settings.fingerprint())),
            here
                + ": waiting until all workers have registered with the driver at "
                + settings.coordinator());
    if (reply instanceof Control.Assigned assigned) {
      return assigned;
    }
    throw new ExchangeException(here + ": the driver answered a registration with " + reply);
  }

  /** This worker's rank, from 0: the order of the partitions. */
  public int rank() {
    return rank;
  }

  /** Number of workers. */
  public int worldSize() {
    return peers.size();
  }

  /** All workers' addresses by rank, with this one's. */
  public List<Address> peers() {
    return peers;
  }

  /**
   * Connects to all peers, and waits until all are connected. To be called once.
   *
   * @param memory this worker's flat vectors, as long as all others'
   * @param firstStep the step that training begins with, the same on all ranks
   * @throws ExchangeException if a peer cannot be reached, or a limit is over
   */
  public Exchange exchange(FlatMemory memory, long firstStep) {
    if (exchanged) {
      throw new IllegalStateException("rank " + rank + " has its exchange already");
    }
    exchanged = true;
    if (peers.size() == 1) {
      return new LocalExchange(memory, firstStep);
    }
    StepMonitor monitor = new StepMonitor(rank, peers, firstStep, settings.limit(), interruption);
    PeerLinks links = new PeerLinks(rank, peers, monitor);
    ShardedExchange exchange =
        new ShardedExchange(
            settings.attempt(), rank, memory, firstStep, peers.size(), monitor, links);
    server.attach(exchange);
    Calls.await(
        links.connect(transport),
        here() + ": connecting to its peers",
        settings.limit(),
        interruption,
        () -> "Check that executors can reach each other on all ports.");
    answer(
        call(new Control.Ready()),
        here() + ": waiting until all workers have connected to their peers");
    return exchange;
  }

  /**
   * What the driver wants at the end of a step; all ranks get the same. Waits until the driver has
   * answered the report of the step before.
   *
   * @throws PeerFailedException if the attempt was aborted, or the driver does not answer
   */
  public Directive directive(long step) {
    if (report != null) {
      answer(report, here() + ": waiting for the driver to acknowledge the step before " + step);
      report = null;
    }
    return directives.at(step);
  }

  /**
   * Reports that a step has ended; call it once a step, with ascending steps, on every rank. Waits
   * only if the driver has not answered the report before.
   *
   * @param payload for the driver's listener, at most 128 kB; may be empty
   * @throws PeerFailedException if the attempt was aborted, or the driver does not answer
   */
  public void progress(long step, String payload) {
    directive(step);
    report = call(new Control.Progress(step, payload));
  }

  /**
   * Why the attempt was ended by the driver or by another worker's failure; empty while it goes on.
   */
  public Optional<String> abortReason() {
    return Optional.ofNullable(abort);
  }

  /**
   * Tells the driver that this worker failed, before anything is closed, so that the root cause is
   * known before its consequences. Never throws.
   */
  public void fail(Throwable cause) {
    leaving = true;
    WorkerFailure failure = WorkerFailure.of(rank, transport.address(), -1, cause);
    farewell(new Control.Failed(failure.message(), failure.stackTrace(), failure.consequence()));
  }

  private void farewell(Control message) {
    try {
      call(message).get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn(
          "{}: the driver at {} was not told: {}", here(), settings.coordinator(), e.toString());
    }
  }

  /** Leaves the attempt in order. Close the exchange first. */
  @Override
  public void close() {
    heartbeats.shutdownNow();
    if (!leaving) {
      leaving = true;
      farewell(new Control.Leave());
    }
    coordinator.close();
    transport.close();
  }

  private String here() {
    return "rank " + rank + " (" + transport.address() + ")";
  }

  private void heartbeat() {
    call(new Control.Heartbeat())
        .whenComplete(
            (reply, failure) -> {
              if (failure != null && !leaving) {
                abort =
                    "the driver's coordinator at "
                        + settings.coordinator()
                        + " is gone: "
                        + failure.getMessage();
              } else if (reply instanceof Control.Refused refused) {
                abort = refused.message();
              }
            });
  }

  private Control.Reply answer(CompletableFuture<Control.Reply> reply, String what) {
    // The coordinator keeps the limit and knows who is missing; this one is for the case that the
    // coordinator is gone.
    Control.Reply answered =
        Calls.await(
            reply,
            what,
            settings.limit().plus(settings.limit().dividedBy(2)),
            interruption,
            () -> "The driver hangs or cannot be reached: see its log.");
    if (answered instanceof Control.Refused refused) {
      throw new PeerFailedException(what + ": " + refused.message());
    }
    return answered;
  }

  private CompletableFuture<Control.Reply> call(Control message) {
    CompletableFuture<Control.Reply> reply = new CompletableFuture<>();
    coordinator.sendRpc(
        codec.encode(message),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            try {
              Control.Reply decoded = ControlCodec.decodeReply(response);
              if (decoded instanceof Control.Carry carry) {
                directives.learn(carry.directives());
              }
              reply.complete(decoded);
            } catch (RefusedException e) {
              reply.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Throwable cause) {
            reply.completeExceptionally(
                new IOException("no answer from the driver: " + cause.getMessage(), cause));
          }
        });
    return reply;
  }
}

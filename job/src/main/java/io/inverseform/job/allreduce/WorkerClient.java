package io.inverseform.job.allreduce;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A worker's side of one attempt, on the control path: opens this worker's server, registers with
 * the coordinator, learns rank and peers, then sends heartbeats and progress. It also opens the
 * exchange. Used by the worker's own thread.
 */
public final class WorkerClient implements AutoCloseable {
  private final WorkerSettings settings;
  private final PeerServer server = new PeerServer();
  private final Transport transport;
  private final DriverLink driver;
  private final int rank;
  private final List<Address> peers;
  private CompletableFuture<Control.Reply> report;
  private boolean exchanged;

  private WorkerClient(WorkerSettings settings) {
    this.settings = settings;
    this.transport =
        new Transport(
            settings.conf(), settings.security(), settings.listen(), settings.limit(), server);
    try {
      String here = "partition " + settings.partition() + " on " + transport.address();
      this.driver = new DriverLink(settings, transport, here);
      Control.Assigned assigned = register(here);
      this.rank = assigned.rank();
      this.peers = assigned.peers();
      driver.startHeartbeats(assigned.heartbeatMillis());
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
    Control message =
        new Control.Register(
            settings.partition(), settings.gpu(), transport.address(), settings.fingerprint());
    String what =
        here
            + ": waiting until all workers have registered with the driver at "
            + settings.coordinator();
    if (driver.answer(driver.call(message), what) instanceof Control.Assigned assigned) {
      return assigned;
    }
    throw new ExchangeException(what + ": no rank was assigned");
  }

  /** This worker's rank, from 0: by host, GPU and partition, so that a host's are neighbours. */
  public int rank() {
    return rank;
  }

  /** Number of workers. */
  public int worldSize() {
    return peers.size();
  }

  /** Where this worker is, as its peers reach it. */
  public String host() {
    return transport.address().host();
  }

  /** All workers' addresses by rank, with this one's. */
  public List<Address> peers() {
    return peers;
  }

  /**
   * Connects to all peers, and waits until all are connected. To be called once, when this worker
   * has everything it needs to train: from then on the others wait for it.
   *
   * @param memory this worker's flat vectors, as long as all others'
   * @param firstStep the step that training begins with, the same on all ranks
   * @param rounding what is rounded for the network and carried on, of the same kind on all ranks
   * @throws ExchangeException if a peer cannot be reached, or a limit is over
   */
  public Exchange exchange(FlatMemory memory, long firstStep, Rounding rounding) {
    if (exchanged) {
      throw new IllegalStateException("rank " + rank + " has its exchange already");
    }
    exchanged = true;
    if (peers.size() == 1) {
      return new LocalExchange(memory, firstStep);
    }
    StepMonitor monitor =
        new StepMonitor(rank, peers, firstStep, settings.limit(), driver.interruption());
    PeerLinks links = new PeerLinks(rank, peers, monitor);
    ShardedExchange exchange =
        new ShardedExchange(settings.attempt(), rank, memory, rounding, firstStep, monitor, links);
    server.attach(exchange.receiver(), links);
    Calls.await(
        links.connect(transport),
        here() + ": connecting to its peers",
        settings.limit(),
        driver.interruption(),
        "Check that executors can reach each other on all ports.");
    driver.answer(
        driver.call(new Control.Ready()),
        here() + ": waiting until all workers have connected to their peers");
    return exchange;
  }

  /**
   * What the driver wants at the end of a step; all ranks get the same. To be asked once a step,
   * before the step is reported. Waits only if the driver has not answered the report of the step
   * before.
   *
   * @throws PeerFailedException if the attempt was aborted, or the driver does not answer
   */
  public Directive directive(long step) {
    awaitAnswer(step);
    return driver.directives().at(step);
  }

  /**
   * Reports that a step has ended; to be called once a step, with ascending steps, on every rank.
   * Waits only if the driver has not answered the report before.
   *
   * @param payload for the driver's listener, at most 128 kB; may be empty
   * @throws PeerFailedException if the attempt was aborted, or the driver does not answer
   */
  public void progress(long step, String payload) {
    awaitAnswer(step);
    report = driver.call(new Control.Progress(step, payload));
  }

  private void awaitAnswer(long step) {
    if (report != null) {
      driver.answer(
          report, here() + ": waiting for the driver to acknowledge the step before " + step);
      report = null;
    }
  }

  /**
   * Why the attempt was ended by the driver or by another worker's failure; empty while it goes on.
   */
  public Optional<String> abortReason() {
    return driver.abortReason();
  }

  /**
   * Does nothing, unless this worker shall give up; to be asked in waits for others than workers
   * and driver.
   *
   * @param what who waits for what, the start of the message
   * @throws PeerFailedException saying why
   */
  public void requireGoingOn(String what) {
    driver
        .interruption()
        .reason()
        .ifPresent(
            why -> {
              throw new PeerFailedException(what + ": gave up: " + why);
            });
  }

  /**
   * Tells the driver that this worker failed, before anything is closed, so that the root cause is
   * known before its consequences. Waits a few seconds at most, never throws.
   */
  public void fail(Throwable cause) {
    driver.farewell(
        new Control.Failed(cause.toString(), StackTraces.of(cause), WorkerFailure.Kind.of(cause)));
  }

  /** Leaves the attempt in order. Close the exchange first. */
  @Override
  public void close() {
    driver.close();
    transport.close();
  }

  private String here() {
    return "rank " + rank + " (" + transport.address() + ")";
  }
}

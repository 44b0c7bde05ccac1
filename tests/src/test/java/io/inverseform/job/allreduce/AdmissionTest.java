package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static WorkerSettings with(
      WorkerSettings s,
      String attempt,
      Map<String, String> fingerprint,
      Interruption interruption) {
    return new WorkerSettings(
        s.conf(),
        s.security(),
        s.listen(),
        s.coordinator(),
        attempt,
        s.partition(),
        s.gpu(),
        fingerprint,
        s.limit(),
        interruption);
  }

  private static Integer rank(WorkerSettings settings) throws Exception {
    return Workers.work(settings, 64, 0, (client, exchange, memory) -> client.rank());
  }

  @Test
  void ranksFollowThePartitionsWhoeverComesFirst() throws Exception {
    try (Workers workers = new Workers(3)) {
      List<Future<Integer>> ranks =
          List.of(
              workers.run(() -> rank(workers.settings(7))),
              workers.run(() -> rank(workers.settings(5))),
              workers.run(() -> rank(workers.settings(6))));
      assertThat(Workers.results(ranks)).containsExactly(2, 0, 1);
      assertThat(workers.coordinator.workers())
          .extracting(WorkerStatus::rank)
          .containsExactly(0, 1, 2);
      assertThat(workers.coordinator.failure()).isEmpty();
    }
  }

  @Test
  void aHostsWorkersHaveNeighbouringRanksInTheOrderOfTheirGpus() throws Exception {
    Listen one = Listen.on("127.0.0.1");
    Listen two = Listen.on("localhost");
    try (Workers workers = new Workers(4)) {
      List<Future<Integer>> ranks =
          List.of(
              workers.run(() -> rank(workers.settings(0, "1", two))),
              workers.run(() -> rank(workers.settings(1, "10", one))),
              workers.run(() -> rank(workers.settings(2, "0", two))),
              workers.run(() -> rank(workers.settings(3, "9", one))));
      assertThat(Workers.results(ranks)).containsExactly(3, 1, 2, 0);
      assertThat(workers.awaitAssigned())
          .extracting(worker -> worker.address().host() + " " + worker.gpu())
          .containsExactly("127.0.0.1 9", "127.0.0.1 10", "localhost 0", "localhost 1");
      assertThat(workers.awaitAssigned())
          .extracting(WorkerStatus::partition)
          .containsExactly(3, 1, 2, 0);
    }
  }

  @Test
  void workersTakeFreePortsOfTheRange() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
        Workers workers = new Workers(2)) {
      Ports range = new Ports(taken.getLocalPort(), Math.min(65535, taken.getLocalPort() + 200));
      Listen listen = new Listen("localhost", "localhost", range);
      List<Future<List<Address>>> peers =
          List.of(
              workers.run(() -> peers(workers.settings(0, "", listen))),
              workers.run(() -> peers(workers.settings(1, "", listen))));
      assertThat(Workers.results(peers).get(0))
          .extracting(Address::port)
          .doesNotHaveDuplicates()
          .allMatch(port -> port > range.first() && port <= range.last());
    }
  }

  private static List<Address> peers(WorkerSettings settings) throws Exception {
    return Workers.work(settings, 64, 0, (client, exchange, memory) -> client.peers());
  }

  @Test
  void aRangeWhosePortsAreAllTakenIsNamedWithTheHost() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
        Workers workers = new Workers(1)) {
      int port = taken.getLocalPort();
      Listen listen = new Listen("localhost", "localhost", new Ports(port, port));
      assertThat(Workers.failure(workers.run(() -> rank(workers.settings(0, "", listen)))))
          .isInstanceOf(ExchangeException.class)
          .hasMessage(
              "cannot listen on localhost: all ports of %d-%d (train.exchange.ports) are taken on host"
                  + " localhost. Give a range with a port for each worker of a host, and one more for the"
                  + " driver on its own",
              port, port);
    }
  }

  @Test
  void anAddressThatIsNotThisHostsIsNoMatterOfPorts() throws Exception {
    try (Workers workers = new Workers(1)) {
      Listen listen = new Listen("localhost", "203.0.113.1", new Ports(40000, 65000));
      assertThat(Workers.failure(workers.run(() -> rank(workers.settings(0, "", listen)))))
          .hasMessageStartingWith("cannot listen on 203.0.113.1, port 40000: ");
    }
  }

  @Test
  void aWorkerOfAnotherAttemptIsRefusedAndTheOthersGoOn() throws Exception {
    try (Workers workers = new Workers(2)) {
      Future<Integer> late =
          workers.run(
              () -> rank(with(workers.settings(0), "attempt-0", Map.of(), Optional::empty)));
      assertThat(Workers.failure(late))
          .hasMessageContaining("attempt 'attempt-0' is not the running one, 'attempt-1'")
          .hasMessageContaining("a task of an earlier attempt");
      assertThat(Workers.results(workers.start(64, 0, (client, exchange, memory) -> client.rank())))
          .containsExactly(0, 1);
    }
  }

  @Test
  void aThirdWorkerOfTwoIsRefused() throws Exception {
    try (Workers workers = new Workers(2)) {
      workers
          .start(
              64,
              0,
              (client, exchange, memory) -> {
                if (client.rank() == 0) {
                  Throwable refused = Workers.failure(workers.run(() -> rank(workers.settings(2))));
                  assertThat(refused)
                      .hasMessageContaining(
                          "comes too late: all 2 workers of this attempt are there");
                }
                return exchange.sum(new double[1]);
              })
          .forEach(run -> assertThat(run).succeedsWithin(Duration.ofSeconds(30)));
    }
  }

  @Test
  void aPartitionThatComesTwiceIsRefused() throws Exception {
    try (Workers workers = new Workers(2)) {
      CompletableFuture<Integer> one = attempt(workers.settings(0));
      CompletableFuture<Integer> two = attempt(workers.settings(0));
      Future<?> refused = CompletableFuture.anyOf(one, two);
      assertThat(Workers.failure(refused))
          .hasMessageContaining("comes twice: partition 0 is already there on localhost:");
      assertThat(rank(workers.settings(1))).isEqualTo(1);
    }
  }

  private static CompletableFuture<Integer> attempt(WorkerSettings settings) {
    return Calls.onThread(
        "test",
        () -> {
          try {
            return rank(settings);
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
  }

  @Test
  void differingFingerprintsAreNamedWithBothValuesAndHosts() throws Exception {
    try (Workers workers = new Workers(2)) {
      Map<String, String> mine = Map.of("jar", "1", "configuration", "abc");
      Map<String, String> other = Map.of("jar", "1", "configuration", "xyz");
      Future<Integer> one =
          workers.run(
              () -> rank(with(workers.settings(0), Workers.ATTEMPT, mine, Optional::empty)));
      Future<Integer> two =
          workers.run(
              () -> rank(with(workers.settings(1), Workers.ATTEMPT, other, Optional::empty)));
      for (Future<Integer> run : List.of(one, two)) {
        assertThat(Workers.failure(run))
            .hasMessageContaining("workers do not agree on 'configuration'")
            .hasMessageContaining("'abc' for partition 0 on localhost:")
            .hasMessageContaining("'xyz' for partition 1 on localhost:");
      }
      assertThat(workers.coordinator.failure().orElseThrow().message())
          .contains("do not agree on 'configuration'");
    }
  }

  @Test
  void missingWorkersAreCountedAndThePresentOnesNamed() throws Exception {
    try (Workers workers = new Workers(3, Duration.ofSeconds(1), Workers.LONG, Workers.conf())) {
      Future<Integer> alone = workers.run(() -> rank(workers.settings(1)));
      assertThat(Workers.failure(alone))
          .hasMessageContaining("1 of 3 workers registered within 1 s: partition 1 on localhost:")
          .hasMessageContaining("check that the cluster has 3 free slots (train.workers)");
      assertThat(workers.coordinator.failure().orElseThrow().toString())
          .startsWith("1 of 3 workers registered");
    }
  }

  @Test
  void anInterruptedTaskDoesNotWaitForTheOthers() throws Exception {
    try (Workers workers = new Workers(2)) {
      Interruption killed = Interruption.when(() -> true, "the task was killed");
      Future<Integer> alone =
          workers.run(() -> rank(with(workers.settings(0), Workers.ATTEMPT, Map.of(), killed)));
      assertThat(Workers.failure(alone)).hasMessageContaining("gave up: the task was killed");
    }
  }

  @Test
  void aDriverThatIsNotThereIsNamed() throws Exception {
    Workers workers = new Workers(1);
    WorkerSettings settings = workers.settings(0);
    workers.close();
    assertThat(Workers.failure(CompletableFuture.supplyAsync(() -> WorkerClient.join(settings))))
        .hasMessageContaining("cannot connect from localhost to " + settings.coordinator())
        .hasMessageContaining("Check that the hosts can reach each other on all ports");
  }
}

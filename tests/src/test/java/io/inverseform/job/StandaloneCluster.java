package io.inverseform.job;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Spark's standalone cluster as processes of this machine: a master, and workers. Ports are free
 * ones.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final Path SPARK = SubmitScript.ROOT.resolve("udf/target/spark");
  private static final Duration START = Duration.ofSeconds(60);

  private final Path folder;
  private final List<Host> hosts;
  private final Process[] workers;
  private Process master;
  private String url;

  /**
   * A host of the cluster.
   *
   * @param host its address, of the loopback network
   * @param options of its worker's JVM
   * @param environment of its worker and executors, beside this process's
   */
  public record Host(
      String host,
      int cores,
      String memory,
      List<String> options,
      Map<String, String> environment) {
    /** Room for one executor of one core and 1 GB. */
    static final Host SMALL = new Host("127.0.0.1", 1, "1g", List.of(), Map.of());
  }

  /**
   * Workers with room for one executor of one core and 1 GB each.
   *
   * @param folder for logs and work directories
   */
  public StandaloneCluster(int workers, Path folder) throws Exception {
    this(Collections.nCopies(workers, Host.SMALL), folder);
  }

  /**
   * Starts it, and waits until the master knows all workers.
   *
   * @param folder for logs and work directories
   */
  public StandaloneCluster(List<Host> hosts, Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.hosts = hosts;
    this.workers = new Process[hosts.size()];
    try {
      repair();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts what has died. Workers whose master has died are ended and started anew with it, so that
   * {@link #url} is another one then.
   */
  public void repair() throws Exception {
    if (master == null || !master.isAlive()) {
      close();
      master =
          start(
              Host.SMALL,
              "master.Master",
              "--port",
              "0",
              "--host",
              "127.0.0.1",
              "--webui-port",
              "0");
      url = log(master, "master").await("Starting Spark master at (spark://\\S+)", START).group(1);
    }
    for (int i = 0; i < workers.length; i++) {
      Host host = hosts.get(i);
      if (workers[i] == null || !workers[i].isAlive()) {
        workers[i] =
            start(
                host,
                "worker.Worker",
                "--host",
                host.host(),
                "--webui-port",
                "0",
                "--cores",
                "" + host.cores(),
                "--memory",
                host.memory(),
                "--work-dir",
                folder.resolve("work-" + i).toString(),
                url);
        log(workers[i], "worker-" + i).await("Successfully registered with master", START);
      }
    }
  }

  private Process start(Host host, String daemon, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1"));
    command.addAll(host.options());
    command.addAll(
        List.of("-cp", SPARK.resolve("jars") + "/*", "org.apache.spark.deploy." + daemon));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("SPARK_HOME", SPARK.toString());
    builder.environment().putAll(host.environment());
    return builder.start();
  }

  private ProcessLog log(Process process, String name) {
    return new ProcessLog(process.getInputStream(), folder.resolve(name + ".log"));
  }

  /** What {@code --master} takes. */
  public String url() {
    return url;
  }

  /** The process of the master. */
  public ProcessHandle master() {
    return master.toHandle();
  }

  /** The process of an executor of the one application that runs. */
  public ProcessHandle executor(String id) {
    return Stream.of(workers)
        .flatMap(Process::descendants)
        .filter(process -> isExecutor(process, id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process of executor " + id));
  }

  private static boolean isExecutor(ProcessHandle process, String id) {
    Optional<String[]> arguments = process.info().arguments();
    List<String> words = arguments.map(Arrays::asList).orElse(List.of());
    int at = words.indexOf("--executor-id");
    return at >= 0 && words.get(at + 1).equals(id);
  }

  /** Ends all that it started, executors first. */
  @Override
  public void close() {
    List<Process> daemons = new ArrayList<>(Arrays.asList(workers));
    daemons.add(master);
    daemons.removeIf(Objects::isNull);
    List<ProcessHandle> all = new ArrayList<>();
    daemons.forEach(process -> process.descendants().forEach(all::add));
    daemons.forEach(process -> all.add(process.toHandle()));
    all.forEach(ProcessHandle::destroyForcibly);
    for (Process process : daemons) {
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

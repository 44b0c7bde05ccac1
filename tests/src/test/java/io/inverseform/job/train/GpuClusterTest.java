package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.JavaCommand;
import io.inverseform.job.StandaloneCluster;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Running;
import io.inverseform.job.config.ConfigYaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with two GPUs each, as far as Spark can tell: PyTorch has no CUDA here. */
@Tag("cluster")
class GpuClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private StandaloneCluster cluster() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    Path tool = tools.resolve("nvidia-smi");
    Files.writeString(
        tool,
        "#!/bin/sh\nfor gpu in 0 1; do case $1 in *name*) echo \"$gpu, Fake, 80 GiB, 1.0\" ;;"
            + " *) echo $gpu ;; esac; done\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    List<StandaloneCluster.Host> hosts = new ArrayList<>();
    for (int host = 1; host <= 2; host++) {
      hosts.add(
          new StandaloneCluster.Host(
              "127.0.0." + host,
              3,
              "1g",
              List.of(
                  "-Dspark.worker.resource.gpu.amount=2",
                  "-Dspark.worker.resource.gpu.discoveryScript="
                      + SubmitScript.ROOT.resolve("configs/gpu-discovery.sh")),
              Map.of("PATH", tools + ":" + System.getenv("PATH"))));
    }
    return new StandaloneCluster(hosts, folder.resolve("cluster"));
  }

  private Running application(String master) throws Exception {
    List<String> options = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");
    return Running.start(
        new ProcessBuilder(JavaCommand.of(GpuApplication.class, options, master, folder)), folder);
  }

  @Test
  void eachWorkerHasAGpuOfItsOwnAndWhatTheClusterLacksIsToldInNumbers() throws Exception {
    try (StandaloneCluster cluster = cluster();
        Running application = application(cluster.url())) {
      application.out().await("^prepared", LIMIT);
      try (Running greedy = greedy(cluster)) {
        check(greedy.end(), cluster);
      }
      // It stays until then: an application that the greedy one sees.
      application.process().getOutputStream().close();
      SubmitScript.Result result = application.end();
      assertThat(result.exitCode()).as(result.err()).isZero();
      check(result.out());
    }
  }

  private static void check(String out) {
    assertThat(out)
        .as("all cores at once, none of them with a GPU")
        .contains(
            "without [127.0.0.1[], 127.0.0.1[], 127.0.0.1[], 127.0.0.2[], 127.0.0.2[], 127.0.0.2[]]\n")
        .contains("with [127.0.0.1[0], 127.0.0.1[1], 127.0.0.2[0], 127.0.0.2[1]]\n")
        .containsPattern(
            "(?m)^training partition [01] \\(executor [01] on (127\\.0\\.0\\.[12])\\) failed: \\S+:"
                + " partition [01] on \\1: Spark gave this task GPU [01], but PyTorch 2\\.7\\.1 in /\\S+ is built"
                + " for the CPU\\. Leave the jar pytorch-native-cpu off the class path, as submit\\.sh does"
                + " with --conf spark\\.executor\\.resource\\.gpu\\.amount=1, and set PYTORCH_LIBRARY_PATH on"
                + " every host .*; or ask for no GPUs$")
        .as("no other attempt is made")
        .contains("training suppressed 0\n")
        .containsPattern(
            "(?m)^five train\\.workers asks for 5 workers with 1 GPU each, the cluster offers 4: 2"
                + " executors \\(127\\.0\\.0\\.1 3 cores and 2 GPUs; 127\\.0\\.0\\.2 3 cores and 2 GPUs\\), and"
                + " no other one came within 18 s\\. Each executor asks for 3 cores, 1g of heap and 2 GPUs"
                + " \\(spark\\.executor\\.resource\\.gpu\\.amount\\); the master spark://127\\.0\\.0\\.1:\\d+ has 2"
                + " workers \\(.*\\).*\\. Lower train\\.workers to 4, or give the application more executors"
                + " or smaller ones, .*maxFailures$")
        .containsPattern("(?m)^seconds (1[89]|2\\d)$")
        .containsPattern(
            "(?m)^doctor cluster 4 task slots in 2 executors, GPU 0, 1 of 127\\.0\\.0\\.1/\\d,"
                + " GPU 0, 1 of 127\\.0\\.0\\.2/\\d$")
        .containsPattern(
            "(?m)^doctor \\S+/0 pytorch: .* it would train on the CPU without a word;");
  }

  /** Asks for executors that no host has the GPUs for. */
  private Running greedy(StandaloneCluster cluster) throws Exception {
    Path home = Files.createDirectories(folder.resolve("greedy"));
    Path file = home.resolve("config.yaml");
    Files.writeString(file, ConfigYaml.write(new SmallRun(folder).config("greedy-run")));
    return new SubmitScript(home)
        .start(
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            "train --config %s -- --master %s --executor-memory 512m --conf spark.ui.enabled=false --conf %s=3"
                .formatted(file, cluster.url(), GpuTasks.AMOUNT));
  }

  private static void check(SubmitScript.Result greedy, StandaloneCluster cluster) {
    assertThat(greedy.exitCode()).isEqualTo(1);
    assertThat(greedy.err())
        .contains(
            "train failed: train.workers asks for 2 workers with 1 GPU each, the cluster offers 0: no"
                + " executor came within 18 s. Each executor asks for cores as the cluster manager sees"
                + " fit, 512m of heap and 3 GPUs (spark.executor.resource.gpu.amount); the master "
                + cluster.url()
                + " has 2 workers (127.0.0.1 3 cores, 1024 MB, 2 GPUs; 127.0.0.2 3 cores, 1024 MB, 2"
                + " GPUs) and 1 other application. Give the application more executors or smaller ones");
  }
}

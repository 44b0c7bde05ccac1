package io.inverseform.job.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.DeployMessages.MasterStateResponse;
import org.apache.spark.deploy.DeployMessages.RequestMasterState$;
import org.apache.spark.deploy.master.Master$;
import org.apache.spark.deploy.master.RecoveryState$;
import org.apache.spark.deploy.master.WorkerInfo;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.util.Utils;
import scala.reflect.ClassTag$;

/**
 * What the master of a standalone cluster says of its workers. It tells why an application gets no
 * executor in its own log only; its web page is not always reachable, the port that the driver has
 * registered at is.
 */
final class StandaloneMaster {
  private static final int SECONDS = 5;

  private StandaloneMaster() {}

  /** The cluster in numbers, for a message; of another cluster manager, whom to ask. */
  static String describe(SparkContext spark) {
    if (!spark.master().startsWith("spark://")) {
      return "ask the cluster manager of " + spark.master() + " what is free";
    }
    RpcEnv rpc = SparkEnv.get().rpcEnv();
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                answer.complete(ask(rpc, spark));
              } catch (Throwable e) {
                // Scala throws what it does not declare.
                answer.completeExceptionally(e);
              }
            },
            "ask the master");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return "the master %s does not answer within %d s".formatted(spark.master(), SECONDS);
    } catch (ExecutionException e) {
      return "the master %s does not answer: %s"
          .formatted(spark.master(), e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the master was not asked, the driver was told to stop";
    }
  }

  /** Of several masters only one is alive. */
  private static String ask(RpcEnv rpc, SparkContext spark) {
    List<String> silent = new ArrayList<>();
    for (String url : Utils.parseStandaloneMasterUrls(spark.master())) {
      try {
        MasterStateResponse state = state(rpc, url);
        if (state.status().equals(RecoveryState$.MODULE$.ALIVE())) {
          return describe(url, state);
        }
      } catch (Exception e) {
        // Scala throws what it does not declare; the next one may answer.
        silent.add(url + ": " + e.getMessage());
      }
    }
    return "no master of %s is alive%s"
        .formatted(
            spark.master(),
            silent.isEmpty() ? "" : silent.stream().collect(Collectors.joining("; ", " (", ")")));
  }

  private static MasterStateResponse state(RpcEnv rpc, String url) {
    return rpc.setupEndpointRef(RpcAddress.fromSparkURL(url), Master$.MODULE$.ENDPOINT_NAME())
        .askSync(RequestMasterState$.MODULE$, ClassTag$.MODULE$.apply(MasterStateResponse.class));
  }

  private static String describe(String url, MasterStateResponse state) {
    int others = state.activeApps().length - 1;
    return "the master %s has %s%s%s"
        .formatted(
            url,
            Preflight.count(state.workers().length, "worker"),
            Arrays.stream(state.workers())
                .map(StandaloneMaster::describe)
                .sorted()
                .collect(Collectors.joining("; ", " (", ")")),
            others > 0 ? " and " + Preflight.count(others, "other application") : "");
  }

  private static String describe(WorkerInfo worker) {
    int gpus =
        worker.resources().contains("gpu") ? worker.resources().apply("gpu").addresses().size() : 0;
    return "%s %s, %d MB, %s"
        .formatted(
            worker.host(),
            Preflight.count(worker.cores(), "core"),
            worker.memory(),
            Preflight.count(gpus, "GPU"));
  }
}

package io.inverseform.job.train;

import ai.djl.Device;
import io.inverseform.job.allreduce.Interruption;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.Ports;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.allreduce.WorkerSettings;
import io.inverseform.job.config.ExchangeConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.torch.Devices;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/** The barrier stage's task: finds this executor's place and runs a {@link Worker} there. */
final class WorkerTask extends AbstractFunction1<Iterator<Integer>, Iterator<Worker.Result>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final WorkerSpec spec;

  WorkerTask(WorkerSpec spec) {
    this.spec = spec;
  }

  @Override
  public Iterator<Worker.Result> apply(Iterator<Integer> partition) {
    TaskContext task = TaskContext.get();
    JobConfig config = spec.config();
    LeaveNotice.listen(task, SparkEnv.get());
    try {
      Device device = device(task, config.train().threads());
      Path samples = LocalFolder.ofExecutors(SparkEnv.get().conf(), System.getenv());
      Worker worker = new Worker(spec, new Worker.Place(device, samples, task::isInterrupted));
      Worker.Result result = worker.run(fingerprint -> join(task, config, fingerprint));
      return JavaConverters.asScalaIterator(List.of(result).iterator());
    } catch (IOException e) {
      throw new UncheckedIOException(here(task) + ": " + e.getMessage(), e);
    }
  }

  private WorkerClient join(TaskContext task, JobConfig config, Map<String, String> fingerprint) {
    ExchangeConfig exchange = config.train().exchange();
    return WorkerClient.join(
        new WorkerSettings(
            SparkEnv.get().conf(),
            SparkEnv.get().securityManager(),
            Listen.of(host(), exchange.bindAddress(), Ports.parse(exchange.ports())),
            spec.coordinator(),
            spec.attempt(),
            task.partitionId(),
            GpuTasks.addresses(task).stream().findFirst().orElse(""),
            fingerprint,
            Duration.ofSeconds(config.train().timeoutSeconds()),
            Interruption.when(task::isInterrupted, "Spark has cancelled this task")));
  }

  /** Starts PyTorch; one that does not fit the executor would not fit it in another attempt. */
  private static Device device(TaskContext task, int threads) {
    try {
      Torch.start(threads);
      return Devices.ofTask(GpuTasks.addresses(task));
    } catch (IllegalStateException e) {
      throw new UnrecoverableException(here(task) + ": " + e.getMessage(), e);
    }
  }

  private static String here(TaskContext task) {
    return "partition " + task.partitionId() + " on " + host();
  }

  private static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }
}

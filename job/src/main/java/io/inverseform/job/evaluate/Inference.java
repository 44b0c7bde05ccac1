package io.inverseform.job.evaluate;

import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.train.GpuTasks;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;

/** What a task needs to segment pictures with a trained network. */
record Inference(LoadedModel.Key model, SerializableConfiguration hadoop) implements Serializable {
  /**
   * Inference with the model of a run folder.
   *
   * @param classes names by train id
   * @throws IOException if it holds none, or one of other classes
   */
  static Inference of(JobConfig config, List<String> classes, RunFolder run, Configuration hadoop)
      throws IOException {
    return new Inference(
        LoadedModel.Key.of(config, classes, run.model(), hadoop),
        new SerializableConfiguration(hadoop));
  }

  /**
   * Inference with an archive.
   *
   * @param threads of PyTorch in every executor
   */
  static Inference of(ModelArchive archive, int threads, Configuration hadoop) {
    return new Inference(
        LoadedModel.Key.of(archive, threads), new SerializableConfiguration(hadoop));
  }

  /** A segmenter on the device of the task that calls, until that ends. */
  Segmenter segmenter() throws IOException {
    TaskContext task = TaskContext.get();
    return LoadedModel.segmenter(model, hadoop.value(), GpuTasks.addresses(task), task);
  }
}

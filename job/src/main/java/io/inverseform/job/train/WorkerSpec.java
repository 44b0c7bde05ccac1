package io.inverseform.job.train;

import io.inverseform.job.allreduce.Address;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import java.io.Serializable;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What the driver ships to each worker's task.
 *
 * @param objective what is trained
 * @param configuration effective configuration as YAML
 * @param hadoop the session's settings of file systems
 * @param coordinator where workers register
 * @param attempt id of the attempt
 * @param resumeFrom step of the checkpoint to start from; 0 for the initial weights
 */
record WorkerSpec(
    Objective.Factory objective,
    String configuration,
    SerializableConfiguration hadoop,
    Address coordinator,
    String attempt,
    long resumeFrom)
    implements Serializable {
  JobConfig config() {
    return ConfigYaml.read(configuration, "the driver's configuration");
  }
}

package io.inverseform.job.train;

import io.inverseform.job.config.BuildInfo;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.torch.Torch;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What workers must agree on before they train together. */
final class Fingerprint {
  private Fingerprint() {}

  static Map<String, String> of(JobConfig config, Objective<?> objective, long parameters) {
    CRC32C configuration = new CRC32C();
    configuration.update(ConfigYaml.write(config).getBytes(StandardCharsets.UTF_8));
    Map<String, String> fingerprint = new TreeMap<>(objective.fingerprint());
    fingerprint.put("code", BuildInfo.current().toString());
    fingerprint.put("configuration", Long.toHexString(configuration.getValue()));
    fingerprint.put("samples", Integer.toString(objective.epochs().size()));
    fingerprint.put("parameters", Long.toString(parameters));
    fingerprint.put("pytorch", Torch.version());
    fingerprint.put("torch threads", Integer.toString(config.train().threads()));
    return fingerprint;
  }
}

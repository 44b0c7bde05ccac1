package io.inverseform.job.config;

import java.io.Serializable;
import java.util.List;

/**
 * Weights that a network starts from. A name is allowed not to fit if one of the regular
 * expressions matches the whole of it.
 *
 * @param file PyTorch's or safetensors, local or on any Hadoop file system; empty for random
 *     weights
 * @param prefix put before every name of the file, such as {@code backbone.}
 * @param missing names of the network that the file need not have; they keep their random weights
 * @param unexpected names, with prefix, that the network need not have
 * @param mismatched names whose shapes may differ; they keep their random weights
 */
public record PretrainedConfig(
    String file,
    String prefix,
    List<String> missing,
    List<String> unexpected,
    List<String> mismatched)
    implements Serializable {
  /** No file; everything must fit. */
  public static final PretrainedConfig NONE =
      new PretrainedConfig("", "", List.of(), List.of(), List.of());

  public PretrainedConfig {
    Check.given("file", file);
    if (!file.isEmpty()) {
      Check.location("file", file);
    }
    Check.given("prefix", prefix);
    missing = Check.patterns("missing", missing);
    unexpected = Check.patterns("unexpected", unexpected);
    mismatched = Check.patterns("mismatched", mismatched);
  }

  /** Whether there is a file. */
  public boolean hasFile() {
    return !file.isEmpty();
  }

  /** The same from another place. */
  public PretrainedConfig with(String otherFile) {
    return new PretrainedConfig(otherFile, prefix, missing, unexpected, mismatched);
  }
}

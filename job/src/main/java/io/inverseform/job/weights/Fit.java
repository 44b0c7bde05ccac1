package io.inverseform.job.weights;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.PretrainedConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the names and shapes of a weight file fit those of a network. */
public final class Fit {
  private static final Logger LOG = LoggerFactory.getLogger(Fit.class);

  /** PyTorch's counter in every batch norm, which no computation needs. */
  private static final String COUNTER = "num_batches_tracked";

  /** Where checkpoints keep what belongs to the loss: its inverse network, its class weights. */
  private static final String CRITERION = "criterion.";

  private final String file;
  private final Map<String, StoredTensor> matched = new LinkedHashMap<>();
  private final Difference missing = new Difference("missing");
  private final Difference unexpected = new Difference("unexpected");
  private final Difference mismatched = new Difference("of another shape");
  private int criterion;

  /** Names that do not fit in one way: some are allowed. */
  private static final class Difference {
    private final String how;
    private final List<String> allowed = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    Difference(String how) {
      this.how = how;
    }

    void add(String name, List<String> patterns, String shown) {
      (patterns.stream().anyMatch(name::matches) ? allowed : refused).add(shown);
    }

    int count() {
      return allowed.size() + refused.size();
    }
  }

  private Fit(String file) {
    this.file = file;
  }

  /**
   * Compares.
   *
   * @param network shapes by the names of all parameters and buffers
   * @param expected what the file's names lack, and which differences are allowed
   */
  public static Fit of(
      WeightFile file, Map<String, List<Long>> network, PretrainedConfig expected) {
    Fit fit = new Fit(file.name());
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    file.names().forEach(name -> tensors.put(expected.prefix() + name, file.tensor(name)));
    network.forEach(
        (name, shape) -> {
          StoredTensor tensor = tensors.remove(name);
          if (tensor == null) {
            fit.missing.add(name, expected.missing(), name);
          } else if (tensor.shape().equals(shape)) {
            fit.matched.put(name, tensor);
          } else {
            String both = "%s %s, the network has %s".formatted(name, tensor.shape(), shape);
            fit.mismatched.add(name, expected.mismatched(), both);
          }
        });
    for (String name : tensors.keySet()) {
      if (name.startsWith(CRITERION)) {
        fit.criterion++;
      } else if (!name.endsWith(COUNTER)) {
        fit.unexpected.add(name, expected.unexpected(), name);
      }
    }
    return fit;
  }

  /** The tensors that fit, by the network's names. */
  public Map<String, StoredTensor> matched() {
    return matched;
  }

  /**
   * Refuses a file with differences that are not allowed, or without any tensor that fits.
   *
   * @throws ConfigException listing them
   */
  public void require() {
    List<String> problems = new ArrayList<>();
    for (Difference difference : List.of(missing, unexpected, mismatched)) {
      if (!difference.refused.isEmpty()) {
        problems.add(difference.how + " " + Names.shortened(difference.refused));
      }
    }
    if (problems.isEmpty() && matched.isEmpty()) {
      problems.add("no name of it is one of the network's");
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(
          "%s does not fit the configured network: %s"
              .formatted(file, String.join("; ", problems)));
    }
    if (missing.count() + unexpected.count() + mismatched.count() > 0) {
      LOG.info("{}: {}", file, this);
    }
  }

  /** Such as {@code 390 matched, 4 missing (4 allowed), 7 of a criterion}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(matched.size() + " matched");
    for (Difference difference : List.of(missing, unexpected, mismatched)) {
      if (difference.count() > 0) {
        text.append(
            ", %d %s (%d allowed)"
                .formatted(difference.count(), difference.how, difference.allowed.size()));
      }
    }
    if (criterion > 0) {
      text.append(", ").append(criterion).append(" of a criterion");
    }
    return text.toString();
  }

  /** One line for each tensor that does not fit. */
  public List<String> differences() {
    List<String> lines = new ArrayList<>();
    for (Difference difference : List.of(missing, unexpected, mismatched)) {
      difference.refused.forEach(name -> lines.add(difference.how + ": " + name));
      difference.allowed.forEach(name -> lines.add(difference.how + ", allowed: " + name));
    }
    return lines;
  }
}

package io.inverseform.job.doctor;

import java.io.Serializable;
import java.util.List;

/**
 * What one executor found on its machine.
 *
 * @param name host and executor
 */
record ExecutorReport(String name, List<Finding> findings) implements Serializable {
  /** What a check measured, without places, in which machines may differ. */
  String comparable(String check) {
    return findings.stream()
        .filter(finding -> finding.name().equals(check))
        .map(finding -> finding.detail().replaceAll(" in /[^,;]+", ""))
        .findFirst()
        .orElse("unknown");
  }
}

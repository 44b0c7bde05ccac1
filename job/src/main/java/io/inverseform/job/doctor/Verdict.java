package io.inverseform.job.doctor;

/**
 * What a check found.
 *
 * @param detail what was measured
 * @param remedy what to do; empty where all is well
 */
record Verdict(Finding.Status status, String detail, String remedy) {
  static Verdict ok(String detail) {
    return new Verdict(Finding.Status.OK, detail, "");
  }

  static Verdict warning(String detail, String remedy) {
    return new Verdict(Finding.Status.WARNING, detail, remedy);
  }

  static Verdict problem(String detail, String remedy) {
    return new Verdict(Finding.Status.PROBLEM, detail, remedy);
  }
}

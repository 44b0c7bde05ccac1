package io.inverseform.job.doctor;

/** A JVM that was started without Spark's options. */
final class ModulesProbe {
  private ModulesProbe() {}

  public static void main(String[] args) {
    System.out.println(JvmChecks.modules());
  }
}

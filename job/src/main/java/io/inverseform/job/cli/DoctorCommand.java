package io.inverseform.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.doctor.Doctor;
import io.inverseform.job.doctor.Finding;
import io.inverseform.job.doctor.Finding.Status;
import io.inverseform.job.doctor.Subject;
import io.inverseform.job.storage.Locations;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is wrong with a machine, or with a cluster, before anything runs there. */
@Command(
    name = "doctor",
    description = "Check machine, libraries, GPUs and places, and say what to do.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final Map<Status, String> COLOURS =
      Map.of(Status.OK, "green", Status.WARNING, "yellow", Status.PROBLEM, "red");

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--cluster", description = "Start a session, and ask every executor too.")
  private boolean cluster;

  @Option(names = "--json", description = "Print one JSON object a check.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    JobConfig config = new Locations(new SparkConf()).absolute(options.load());
    SparkConf spark =
        SparkSessions.conf(new SparkConf(), spec.name(), config, config.train().workers());
    Subject subject = new Subject(spark, config, System.getenv());
    List<Finding> findings = new ArrayList<>();
    Consumer<Finding> report =
        finding -> {
          findings.add(finding);
          print(finding);
        };
    Doctor.examine(subject).forEach(report);
    if (cluster) {
      Doctor.examineCluster(subject, () -> SparkSessions.forTraining(spec.name(), config))
          .forEach(report);
    }
    if (json) {
      spec.commandLine()
          .getOut()
          .println(
              new ObjectMapper()
                  .enable(
                      SerializationFeature.INDENT_OUTPUT,
                      SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
                  .writeValueAsString(findings));
    }
    return findings.stream().anyMatch(finding -> finding.status() == Status.PROBLEM) ? 1 : 0;
  }

  private void print(Finding finding) {
    if (json) {
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    String status = "@|%s %-7s|@".formatted(COLOURS.get(finding.status()), finding.status());
    out.printf("%s  %-16s  %s%n", Ansi.AUTO.string(status), finding.name(), finding.text());
    out.flush();
  }
}

package io.inverseform.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.pretrain.Study;
import io.inverseform.job.pretrain.StudyCell;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Pretrains inverse-transform networks and prints what their distances can teach. */
@Command(
    name = "inverse",
    description = {
      "Study inverse-transform networks: each cell pretrains one in a process of its own and measures it.",
      "Prints a line of JSON a distance, and at the end a table; no Spark."
    },
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchInverseCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Study.Row>> ROWS = new TypeReference<>() {};

  /** What a cell may take beside its pretraining: it draws its tiles, measures, waits for cores. */
  private static final Duration BESIDE = Duration.ofHours(1);

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--networks", split = ",", description = "Networks: ${COMPLETION-CANDIDATES}.")
  private List<StudyCell.Network> networks = List.of(StudyCell.Network.values());

  @Option(names = "--transforms", split = ",", description = "${COMPLETION-CANDIDATES}.")
  private List<Transform> transforms =
      List.of(Transform.EUCLIDEAN4, Transform.EUCLIDEAN6, Transform.GEODESIC8);

  @Option(names = "--tiles", split = ",", description = "Pixels on a side.")
  private List<Integer> tiles = List.of(32, 64, 128);

  @Option(names = "--seconds", description = "Of pretraining, a cell.")
  private int seconds = 60;

  @Option(names = "--processes", description = "Cells at a time.")
  private int processes = 1;

  @Option(names = "--threads", description = "Torch threads a cell.")
  private int threads = 1;

  @Option(
      names = "--table",
      description = "Edges of data.table, which preprocess made; else of generated scenes.")
  private boolean table;

  @Option(names = "--out", description = "Folder for a picture of each cell.")
  private Path out = Path.of("runs/bench-inverse");

  @Option(names = "--cell", hidden = true, description = "Of a cell's process.")
  private String only;

  private final Locations locations = new Locations(new SparkConf());

  @Override
  public Integer call() throws IOException {
    requirePositive("--seconds", seconds);
    requirePositive("--processes", processes);
    requirePositive("--threads", threads);
    JobConfig config = config();
    Files.createDirectories(out);
    if (only != null) {
      List<Study.Row> rows = run(config, StudyCell.of(only));
      spec.commandLine().getOut().println(JSON.writeValueAsString(rows));
      return 0;
    }
    List<String> cells = cells();
    // Unpacks PyTorch's natives once, where this is the first start on a machine.
    Torch.start(threads);
    List<Study.Row> rows = new ArrayList<>();
    List<String> own = spec.root().commandLine().getParseResult().originalArgs();
    int failed =
        new CellProcesses(
                processes, Main.class.getName(), own, Duration.ofSeconds(seconds).plus(BESIDE))
            .run(
                cells,
                (cell, printed) -> {
                  List<Study.Row> ofCell = read(cell, printed);
                  rows.addAll(ofCell);
                  ofCell.forEach(this::print);
                },
                this::tell);
    spec.commandLine().getErr().println(new DistanceTable(rows));
    return failed == 0 ? 0 : 1;
  }

  private void requirePositive(String option, int value) {
    if (value < 1) {
      throw new ParameterException(spec.commandLine(), option + " must be at least 1, is " + value);
    }
  }

  /** The largest first, so that none of them is begun last; refuses what is no network. */
  private List<String> cells() {
    List<String> cells = new ArrayList<>();
    for (int tile : tiles.stream().sorted(Comparator.reverseOrder()).toList()) {
      for (StudyCell.Network network : networks) {
        for (Transform transform : transforms) {
          StudyCell cell = new StudyCell(network, transform, tile);
          cell.config();
          cells.add(cell.toString());
        }
      }
    }
    return cells;
  }

  private void tell(String cell, String what) {
    spec.commandLine().getErr().printf("bench inverse: %s %s%n", cell, what).flush();
  }

  private JobConfig config() throws IOException {
    JobConfig config = locations.absolute(options.load());
    if (table) {
      locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    }
    if (!config.pretrain().pictures().isEmpty()) {
      throw new ConfigException(
          "'pretrain.pictures' is '%s', but bench inverse takes edges of generated scenes or, with --table, of data.table: leave it out"
              .formatted(config.pretrain().pictures()));
    }
    return config;
  }

  private List<Study.Row> run(JobConfig config, StudyCell cell) throws IOException {
    Study study =
        new Study(config, locations.hadoop(), table, Duration.ofSeconds(seconds), threads);
    return study.run(cell, out.resolve(cell.toString().replace('/', '-') + ".png"));
  }

  private static List<Study.Row> read(String cell, String printed) {
    try {
      return JSON.readValue(printed, ROWS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cell " + cell + " printed no rows but: " + printed, e);
    }
  }

  private void print(Study.Row row) {
    try {
      spec.commandLine().getOut().println(JSON.writeValueAsString(row));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row has no JSON", e);
    }
  }
}

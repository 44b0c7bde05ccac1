package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Rejected;
import io.inverseform.job.dataset.SampleReader;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.dataset.SampleWriter;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a table that is being written. Tasks write into {@code _unpublished/}, which
 * readers pass over, under names that no other task has. At the end whole files move to {@code
 * samples/}, the manifest makes them the table, and what it does not name is deleted. A run that
 * dies leaves whole and torn files in {@code _unpublished/}; the next one takes the whole ones.
 */
final class TableFolder {
  private static final Logger LOG = LoggerFactory.getLogger(TableFolder.class);
  private static final String UNPUBLISHED = "_unpublished";
  private static final int UNIQUE_LENGTH = UUID.randomUUID().toString().length() + 1;

  private final SampleTable table;
  private final FileSystem fileSystem;
  private final Path unpublished;
  private final Configuration hadoop;

  /**
   * The folder, which need not exist yet.
   *
   * @throws IOException if something else is there
   */
  TableFolder(String folder, Configuration hadoop) throws IOException {
    this.hadoop = hadoop;
    table = SampleTable.at(folder, hadoop);
    fileSystem = table.folder().getFileSystem(hadoop);
    unpublished = new Path(table.folder(), UNPUBLISHED);
    boolean foreign =
        !table.exists()
            && list(table.folder()).stream()
                .anyMatch(child -> !child.getPath().getName().equals(UNPUBLISHED));
    if (foreign && !fileSystem.exists(unpublished)) {
      throw new IOException(
          table.folder() + " exists and is no sample table: set data.table to another folder");
    }
  }

  SampleTable table() {
    return table;
  }

  /** A file for one attempt to write what is to have that name. */
  static Path attempt(String folder, String name) {
    return new Path(new Path(folder, UNPUBLISHED), UUID.randomUUID() + "-" + name);
  }

  /** Whole files of the table and of runs that did not come to their end, by name. */
  Map<String, PreparedFile> wholeFiles() throws IOException {
    List<FileStatus> found = new ArrayList<>();
    if (table.exists()) {
      Set<String> names =
          table.files().stream().map(file -> file.path().getName()).collect(Collectors.toSet());
      list(table.samples()).stream()
          .filter(file -> names.contains(file.getPath().getName()))
          .forEach(found::add);
    }
    list(unpublished).stream()
        .filter(file -> file.getPath().getName().endsWith(".parquet"))
        .filter(file -> file.getPath().getName().length() > UNIQUE_LENGTH)
        .forEach(found::add);
    Map<String, PreparedFile> whole = new TreeMap<>();
    for (PreparedFile file : Parallel.map(found, this::read)) {
      if (file != null) {
        whole.putIfAbsent(file.name(), file);
      }
    }
    return whole;
  }

  private PreparedFile read(FileStatus file) {
    String name = file.getPath().getName();
    boolean isPublished = !file.getPath().getParent().equals(unpublished);
    try {
      return PreparedFile.read(isPublished ? name : name.substring(UNIQUE_LENGTH), file, hadoop);
    } catch (IOException e) {
      LOG.warn("{} is made again: {}", file.getPath(), e.getMessage());
      return null;
    }
  }

  private List<FileStatus> list(Path folder) throws IOException {
    try {
      return Arrays.asList(fileSystem.listStatus(folder));
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** Makes these files the table, and writes the summary beside them. */
  void publish(
      Settings settings,
      ClassCatalogue catalogue,
      List<PreparedFile> samples,
      List<Rejected> rejected,
      String summary)
      throws IOException {
    List<SampleTable.File> sampleFiles =
        move(
            samples.stream().map(file -> new Move(new Path(file.path()), file.name())).toList(),
            table.samples());
    List<SampleTable.File> rejectedFiles = move(List.of(writeRejected(rejected)), table.rejected());
    if (!table.consistsOf(settings.text(), catalogue, sampleFiles, rejectedFiles)) {
      table.publish(settings.text(), catalogue, sampleFiles, rejectedFiles);
    }
    WholeFile.write(
        fileSystem, table.summary(), out -> out.write(summary.getBytes(StandardCharsets.UTF_8)));
    deleteOthers(table.samples(), sampleFiles);
    deleteOthers(table.rejected(), rejectedFiles);
    fileSystem.delete(unpublished, true);
  }

  private Move writeRejected(List<Rejected> rejected) throws IOException {
    String content = rejected.stream().map(Rejected::toString).collect(Collectors.joining("\n"));
    String name = "part-" + Settings.hash(content) + ".parquet";
    Path published = new Path(table.rejected(), name);
    if (isWhole(published)) {
      return new Move(published, name);
    }
    Path file = attempt(table.folder().toString(), name);
    try (SampleWriter writer = SampleWriter.rejected(file, hadoop)) {
      for (Rejected picture : rejected) {
        writer.write(picture);
      }
      writer.finish(Map.of());
    }
    return new Move(file, name);
  }

  private boolean isWhole(Path file) throws IOException {
    if (!fileSystem.exists(file)) {
      return false;
    }
    try {
      SampleReader.metadata(file, hadoop);
      return true;
    } catch (IOException e) {
      LOG.warn("{} is made again: {}", file, e.getMessage());
      return false;
    }
  }

  private record Move(Path from, String name) {}

  /** Brings files to a folder, unless they are there. */
  private List<SampleTable.File> move(List<Move> moves, Path folder) throws IOException {
    fileSystem.mkdirs(folder);
    return Parallel.map(moves, move -> move(move, folder));
  }

  private SampleTable.File move(Move move, Path folder) throws IOException {
    Path to = new Path(folder, move.name());
    if (!move.from().equals(to)) {
      fileSystem.delete(to, false);
      if (!fileSystem.rename(move.from(), to)) {
        throw new IOException(
            "cannot rename " + move.from() + " to " + to + ": does another preprocess run?");
      }
    }
    return new SampleTable.File(to, fileSystem.getFileStatus(to).getLen());
  }

  private void deleteOthers(Path folder, List<SampleTable.File> kept) throws IOException {
    Set<Path> keep = kept.stream().map(SampleTable.File::path).collect(Collectors.toSet());
    Set<Path> others = new HashSet<>();
    for (FileStatus file : list(folder)) {
      if (!keep.contains(file.getPath())) {
        others.add(file.getPath());
      }
    }
    for (Path other : others) {
      fileSystem.delete(other, true);
    }
  }

  /** Forgets what was prepared: nothing of it can be used. */
  void discard() throws IOException {
    fileSystem.delete(unpublished, true);
    if (list(table.folder()).isEmpty()) {
      fileSystem.delete(table.folder(), false);
    }
  }
}

package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.WholeFile;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run: a folder a step, a file a rank, and a manifest written last, by the
 * driver, which makes the checkpoint visible. One that turns out to be damaged is set aside: its
 * manifest gets another name.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Pattern STEP = Pattern.compile("step-(\\d{8,18})");
  private static final String MANIFEST = "manifest.json";
  private static final String SET_ASIDE = "manifest.damaged.json";

  private final FileSystem fileSystem;
  private final Path folder;

  /** What has become of a step's folder. */
  private enum Sort {
    VISIBLE,
    DAMAGED,
    /** Without a manifest: not written to its end. */
    INCOMPLETE
  }

  /**
   * One rank's file: its shard's weights, its optimiser's vectors, its own buffers, their moving
   * averages where weights have one, and its shard's master weights where the exchange rounds;
   * float32, little-endian. The residual of such a rank is in a file beside, of interest to nobody
   * else.
   *
   * @param offset first float of the shard
   * @param length floats of the shard
   * @param optimizer which vectors there are
   * @param residualCrc32c of the file beside; null where the exchange does not round
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Part(
      int rank,
      String file,
      int offset,
      int length,
      long bytes,
      long crc32c,
      ShardState.Layout optimizer,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long residualCrc32c) {
    static final String RESIDUAL = ".residual";

    boolean rounded() {
      return residualCrc32c != null;
    }

    String residualFile() {
      return file + RESIDUAL;
    }
  }

  /**
   * What a rank holds, as views that are read or written.
   *
   * @param offset first float of the shard
   * @param optimizer of the shard
   * @param bufferEma moving averages of the buffers; empty where the optimiser has none of weights
   */
  record State(
      int rank,
      int offset,
      FloatBuffer weights,
      ShardState optimizer,
      FloatBuffer buffers,
      float[] bufferEma,
      Rounding rounding) {
    /** What of it is written, in memory of its own: the weights' can be freed meanwhile. */
    Written written() {
      float[] shard = new float[optimizer.length()];
      weights.get(offset, shard);
      float[] own = new float[buffers.capacity()];
      buffers.get(0, own);
      return new Written(
          rank,
          offset,
          shard,
          optimizer.layout(),
          optimizer.vectors(),
          own,
          bufferEma,
          rounding.master(),
          rounding.residual());
    }

    /** What has no state from before begins with the weights, and the buffers. */
    void begin() {
      rounding.begin(weights);
      beginEma();
    }

    void beginEma() {
      if (optimizer.hasEma()) {
        weights.get(offset, optimizer.vector(ShardState.EMA));
        buffers.get(0, bufferEma);
      }
    }
  }

  /** What a rank's files hold, in their order; master weights and residual where it rounds. */
  record Written(
      int rank,
      int offset,
      float[] weights,
      ShardState.Layout layout,
      List<float[]> vectors,
      float[] buffers,
      float[] bufferEma,
      float[] master,
      float[] residual) {}

  Checkpoints(FileSystem fileSystem, Path folder) {
    this.fileSystem = fileSystem;
    this.folder = folder;
  }

  /** Folder of the checkpoint of a step. */
  Path folder(long step) {
    return new Path(folder, "step-%08d".formatted(step));
  }

  /**
   * Writes one rank's file; not visible before {@link #publish}.
   *
   * @param attempt part of the file's name, so that whatever is still written by an earlier attempt
   *     does no harm
   */
  Part write(long step, String attempt, Written state) throws IOException {
    return file(step, "rank-%05d-%s.bin".formatted(state.rank(), attempt)).write(state);
  }

  private CheckpointFile file(long step, String name) {
    return new CheckpointFile(fileSystem, new Path(folder(step), name));
  }

  /** Makes a checkpoint visible whose files have all been written. */
  void publish(Manifest manifest) throws IOException {
    WholeFile.write(
        fileSystem,
        new Path(folder(manifest.step()), MANIFEST),
        out -> out.write(JSON.writeValueAsBytes(manifest)));
  }

  /** Step of the newest visible checkpoint. */
  Optional<Long> newest() throws IOException {
    return of(Sort.VISIBLE).stream().findFirst();
  }

  /** Steps of all visible checkpoints, the newest first. */
  List<Long> kept() throws IOException {
    return of(Sort.VISIBLE);
  }

  /** Step of the visible checkpoint with the highest score; empty if none has one. */
  Optional<Long> best() throws IOException {
    return best(kept(), 1).stream().findFirst();
  }

  /**
   * Step of the newest checkpoint whose files are all there in their lengths; empty if there are no
   * checkpoints. Newer ones are set aside, with a warning.
   *
   * @throws IOException if there are checkpoints, and all are damaged
   */
  Optional<Long> newestUsable() throws IOException {
    for (long step : of(Sort.VISIBLE)) {
      try {
        requireFiles(read(step));
        return Optional.of(step);
      } catch (DamagedException e) {
        setAside(step, e);
      }
    }
    List<Long> damaged = of(Sort.DAMAGED);
    if (!damaged.isEmpty()) {
      throw new IOException(
          "all checkpoints in %s are damaged, that of step %d as well: delete this folder to begin anew"
              .formatted(folder, damaged.get(0)));
    }
    return Optional.empty();
  }

  /** Reads a checkpoint whole, and sets it aside, with a warning, if it is damaged. */
  void verify(long step) throws IOException {
    try {
      Manifest manifest = read(step);
      for (Part part : manifest.parts()) {
        file(step, part.file()).verify(part, manifest.weights() - part.length());
      }
    } catch (DamagedException e) {
      setAside(step, e);
    }
  }

  private void setAside(long step, DamagedException damage) throws IOException {
    LOG.warn(
        "the checkpoint of step {} is damaged and left out, the one before takes its place: {}",
        step,
        damage.getMessage());
    Path aside = new Path(folder(step), SET_ASIDE);
    fileSystem.delete(aside, false);
    if (!fileSystem.rename(new Path(folder(step), MANIFEST), aside)) {
      throw new IOException(
          damage.getMessage()
              + "; it cannot be set aside: delete "
              + folder(step)
              + " to resume from the checkpoint before");
    }
  }

  /**
   * The manifest of a visible checkpoint.
   *
   * @throws DamagedException if it is none
   */
  Manifest read(long step) throws IOException {
    Path file = new Path(folder(step), MANIFEST);
    try (InputStream in = fileSystem.open(file)) {
      Manifest manifest = JSON.readValue(in, Manifest.class);
      if (manifest != null && manifest.step() == step && manifest.isSound()) {
        return manifest;
      }
      throw new DamagedException(file, "is no manifest of that step", null);
    } catch (JacksonException | EOFException | ChecksumException | FileNotFoundException e) {
      throw new DamagedException(file, "is no manifest: " + firstLine(e), e);
    }
  }

  /** Where a training goes on from a visible checkpoint; begins at step 0. */
  GlobalSampler.Start start(long step) throws IOException {
    return step == 0 ? GlobalSampler.Start.NEW : new GlobalSampler.Start(step, read(step).seen());
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void requireFiles(Manifest manifest) throws IOException {
    Map<String, Long> lengths = new HashMap<>();
    for (FileStatus file : fileSystem.listStatus(folder(manifest.step()))) {
      lengths.put(file.getPath().getName(), file.getLen());
    }
    for (Part part : manifest.parts()) {
      requireLength(manifest, part.file(), lengths, part.bytes());
      if (part.rounded()) {
        long floats = manifest.weights() - part.length();
        requireLength(manifest, part.residualFile(), lengths, Float.BYTES * floats);
      }
    }
  }

  private void requireLength(
      Manifest manifest, String name, Map<String, Long> lengths, long expected)
      throws DamagedException {
    Path file = new Path(folder(manifest.step()), name);
    Long length = lengths.get(name);
    if (length == null) {
      throw new DamagedException(file, "is missing", null);
    }
    if (length != expected) {
      throw new DamagedException(
          file, "has %d bytes, not its %d".formatted(length, expected), null);
    }
  }

  /**
   * Deletes the visible checkpoints but some, and all others that are older than the newest.
   *
   * @param newest how many of the newest stay
   * @param best how many stay of those with the highest scores, whether or not among the newest; of
   *     equal ones the older
   */
  void keep(int newest, int best) throws IOException {
    List<Long> visible = of(Sort.VISIBLE);
    Set<Long> kept = new HashSet<>(visible.subList(0, Math.min(newest, visible.size())));
    kept.addAll(best(visible, best));
    for (Map.Entry<Long, Sort> step : steps().entrySet()) {
      boolean old = step.getValue() == Sort.VISIBLE || step.getKey() < visible.get(0);
      if (old && !kept.contains(step.getKey())) {
        fileSystem.delete(folder(step.getKey()), true);
      }
    }
  }

  private List<Long> best(List<Long> visible, int count) throws IOException {
    Map<Long, Double> scores = new TreeMap<>();
    if (count > 0) {
      for (long step : visible) {
        try {
          read(step).score().ifPresent(score -> scores.put(step, score));
        } catch (DamagedException e) {
          LOG.warn("{}", e.getMessage());
        }
      }
    }
    return scores.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(count)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Deletes what was not written to its end. No attempt may be writing. */
  void removeIncomplete() throws IOException {
    for (long step : of(Sort.INCOMPLETE)) {
      LOG.info("the checkpoint of step {} was not written to its end: it is deleted", step);
      fileSystem.delete(folder(step), true);
    }
  }

  /** Steps of one sort, the newest first. */
  private List<Long> of(Sort sort) throws IOException {
    List<Long> found = new ArrayList<>();
    steps()
        .forEach(
            (step, is) -> {
              if (is == sort) {
                found.add(step);
              }
            });
    return found;
  }

  private Map<Long, Sort> steps() throws IOException {
    Map<Long, Sort> steps = new TreeMap<>(Comparator.reverseOrder());
    try {
      for (FileStatus child : fileSystem.listStatus(folder)) {
        // Others may have put something beside them, such as a copy of one.
        Matcher step = STEP.matcher(child.getPath().getName());
        if (step.matches()) {
          steps.put(Long.parseLong(step.group(1)), sort(child.getPath()));
        }
      }
    } catch (FileNotFoundException e) {
      return Map.of();
    }
    return steps;
  }

  private Sort sort(Path step) throws IOException {
    if (fileSystem.exists(new Path(step, MANIFEST))) {
      return Sort.VISIBLE;
    }
    return fileSystem.exists(new Path(step, SET_ASIDE)) ? Sort.DAMAGED : Sort.INCOMPLETE;
  }

  /**
   * Fills a rank's state: all weights, its shard of the optimiser's, and its own buffers, or the
   * mean of all ranks' if the number of workers has changed. Where the exchange rounds, its shard's
   * master weights, and its residual, or none if the number of workers has changed. Master weights
   * and moving averages that there were none of begin with the weights.
   *
   * @throws DamagedException if a file is missing, truncated or damaged, naming it
   * @throws UnrecoverableException if it is of another network or another optimiser
   */
  void restore(Manifest manifest, int worldSize, State state) throws IOException {
    new CheckpointRestore(manifest, folder(manifest.step()), state)
        .run(worldSize, part -> file(manifest.step(), part.file()));
  }
}

package io.inverseform.job.train;

import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Where a run keeps its configuration, metrics, checkpoints and model. */
public final class RunFolder {
  /** Held while a training runs. */
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** Name of the file that ends a training in order. */
  static final String STOP = "stop";

  /** Key in the model's metadata of the step that it was written after. */
  static final String STEP = "step";

  private final FileSystem fileSystem;
  private final Path folder;

  /** The folder of a run, on any Hadoop file system; need not exist yet. */
  public RunFolder(String folder, Configuration hadoop) throws IOException {
    Path given = new Path(folder);
    fileSystem = given.getFileSystem(hadoop);
    this.folder = fileSystem.makeQualified(given);
  }

  /** The file of the inverse-transform network: the one that is given, or what pretrain writes. */
  public static Path inverseNetwork(PretrainConfig config, Configuration hadoop)
      throws IOException {
    return config.weights().isEmpty()
        ? new RunFolder(config.run(), hadoop).model()
        : new Path(config.weights());
  }

  /** Qualified path. */
  public Path path() {
    return folder;
  }

  /** File system of the folder. */
  public FileSystem fileSystem() {
    return fileSystem;
  }

  /** The effective configuration of the last training. */
  public Path configuration() {
    return new Path(folder, "config.yaml");
  }

  /** Weights of the trained network, as safetensors. */
  public Path model() {
    return new Path(folder, "model.safetensors");
  }

  /** While it is there, a training that runs is asked to write a checkpoint and to end. */
  public Path stopFile() {
    return new Path(folder, STOP);
  }

  /** Whether the folder lies on this machine. */
  boolean isLocal() {
    return "file".equals(fileSystem.getUri().getScheme());
  }

  /** Where export puts the model. */
  public Path archive() {
    return new Path(folder, "archive");
  }

  /** Whether there is a model, of that step. */
  boolean hasModel(long step) throws IOException {
    if (!fileSystem.exists(model())) {
      return false;
    }
    try (WeightFile file = WeightFile.open(model(), fileSystem.getConf())) {
      return Long.toString(step).equals(file.metadata().get(STEP));
    }
  }

  /**
   * Metrics of an attempt, a JSON object a line. Where files overlap, the later attempt's tells
   * what became of the step.
   *
   * @param attempt from 1, over all trainings in the folder
   */
  public Path metrics(int attempt) {
    return new Path(folder, "metrics/attempt-%05d.jsonl".formatted(attempt));
  }

  /** What TensorBoard reads of an attempt. */
  public Path events(int attempt) {
    return new Path(folder, "events/attempt-%05d.tfevents".formatted(attempt));
  }

  /** What a rank did in the steps that are traced. */
  public Path trace(int rank) {
    return new Path(folder, "trace-rank-%d.json".formatted(rank));
  }

  /** Number of the attempt that begins: the first that has no metrics. */
  int nextAttempt() throws IOException {
    int attempt = 1;
    while (fileSystem.exists(metrics(attempt))) {
      attempt++;
    }
    return attempt;
  }

  /** The metrics of all attempts, in their order; none before the first. */
  public List<Path> metricsFiles() throws IOException {
    Path files = metrics(1).getParent();
    return !fileSystem.exists(files)
        ? List.of()
        : Arrays.stream(fileSystem.listStatus(files)).map(FileStatus::getPath).sorted().toList();
  }

  /** Scores of a split, as JSON. */
  public Path scores(String split) {
    return new Path(folder, "scores-" + split + ".json");
  }

  /** Scores of all splits that have some. */
  public List<Path> scoreFiles() throws IOException {
    return named("scores-.+\\.json");
  }

  /** What the report shows of a split, as JSON. */
  public Path pictures(String split) {
    return new Path(folder, "pictures-" + split + ".json");
  }

  /** Where and with what a command ran, as JSON. */
  public Path environment(String command) {
    return new Path(folder, "environment-" + command + ".json");
  }

  /** The environments of all commands that have left one. */
  public List<Path> environments() throws IOException {
    return named("environment-.+\\.json");
  }

  /** The page to read when a command is over. */
  public Path report() {
    return new Path(folder, "report.html");
  }

  private List<Path> named(String pattern) throws IOException {
    return !fileSystem.exists(folder)
        ? List.of()
        : Arrays.stream(fileSystem.listStatus(folder))
            .map(FileStatus::getPath)
            .filter(file -> file.getName().matches(pattern))
            .sorted()
            .toList();
  }

  Checkpoints checkpoints() {
    return new Checkpoints(fileSystem, new Path(folder, "checkpoints"));
  }

  /** Replaces a file's text. */
  public void write(Path file, String text) throws IOException {
    WholeFile.write(fileSystem, file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Keeps other runs off the folder until closed.
   *
   * @throws IOException if another run holds it, saying which
   */
  Lock lock() throws IOException {
    fileSystem.mkdirs(folder);
    Path file = new Path(folder, "run.lock");
    String holder =
        "process " + ProcessHandle.current().pid() + " on " + InetAddress.getLocalHost();
    return isLocal()
        ? lockLocal(java.nio.file.Path.of(file.toUri().getPath()), holder)
        : lockShared(file, holder);
  }

  /** The operating system frees such a lock when its process dies. */
  private Lock lockLocal(java.nio.file.Path file, String holder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Lock lock = channel::close;
    try {
      if (!tryLock(channel)) {
        throw held(Files.readString(file), "wait for it, or set run to another folder");
      }
      channel.truncate(0);
      channel.write(StandardCharsets.UTF_8.encode(holder));
      return lock;
    } catch (IOException | RuntimeException e) {
      release(lock, e);
      throw e;
    }
  }

  /** Takes the lock of a file, if nobody holds it. */
  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // This JVM holds it: the same refusal as for another process.
      return false;
    }
  }

  private Lock lockShared(Path file, String holder) throws IOException {
    OutputStream created;
    try {
      created = fileSystem.create(file, false);
    } catch (FileAlreadyExistsException e) {
      try (InputStream in = fileSystem.open(file)) {
        String other = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        throw held(other, "if that process is gone, delete " + file);
      }
    }
    Lock lock = () -> fileSystem.delete(file, false);
    try (OutputStream out = created) {
      out.write(holder.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | RuntimeException e) {
      release(lock, e);
      throw e;
    }
    return lock;
  }

  /** Gives up a lock that nobody will close. */
  private static void release(Lock lock, Exception failure) {
    try {
      lock.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private IOException held(String holder, String remedy) {
    return new IOException("run folder " + folder + " is in use by " + holder + ": " + remedy);
  }
}

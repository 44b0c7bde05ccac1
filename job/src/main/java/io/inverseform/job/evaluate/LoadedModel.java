package io.inverseform.job.evaluate;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Devices;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A trained network in memory, shared by the tasks of an executor that have the same GPU, or none.
 * It stays for later tasks until another network is asked for, and in any case while a task uses
 * it: several networks may take part in one query.
 */
final class LoadedModel {
  private static final Map<Place, LoadedModel> LOADED = new HashMap<>();

  private final NDManager manager;
  private final Segmenter segmenter;

  /** Those that have asked for it and have not ended. */
  private final Set<TaskContext> users = ConcurrentHashMap.newKeySet();

  /**
   * Which network, and where.
   *
   * @param gpuAddresses what Spark gave to the task
   */
  private record Place(Key key, List<String> gpuAddresses) {}

  /**
   * Which network.
   *
   * @param threads of PyTorch, in the whole process
   * @param weights path of the safetensors file
   * @param modified when a run's file was changed last; 0 in an archive
   * @param sha256 of an archive's file; empty in a run
   */
  record Key(
      InferenceConfig network,
      int classes,
      int threads,
      String weights,
      long modified,
      String sha256)
      implements Serializable {
    /**
     * A run's network as it is now, with all its heads.
     *
     * @param classes names by train id
     * @throws IOException if there is none, or it was trained on other classes
     */
    static Key of(JobConfig config, List<String> classes, Path weights, Configuration hadoop)
        throws IOException {
      FileSystem fileSystem = weights.getFileSystem(hadoop);
      if (!fileSystem.exists(weights)) {
        throw new IOException("no trained model at " + weights + ": run train first, or set run");
      }
      requireClasses(classes, weights, hadoop);
      return new Key(
          InferenceConfig.of(config),
          classes.size(),
          config.train().threads(),
          weights.toString(),
          fileSystem.getFileStatus(weights).getModificationTime(),
          "");
    }

    private static void requireClasses(List<String> classes, Path weights, Configuration hadoop)
        throws IOException {
      try (WeightFile file = WeightFile.open(weights, hadoop)) {
        String trained = file.metadata().getOrDefault(Segmentation.CLASSES, classes.toString());
        if (!trained.equals(classes.toString())) {
          throw new IOException(
              "the model %s was trained on the classes %s, the sample table has %d others, %s: set data.table and run to ones that belong together"
                  .formatted(weights, trained, classes.size(), classes));
        }
      }
    }

    /** The network of an archive. */
    static Key of(ModelArchive archive, int threads) {
      return new Key(
          archive.network(),
          archive.classes().size(),
          threads,
          archive.weights().toString(),
          0,
          archive.sha256());
    }
  }

  private LoadedModel(Key key, Configuration hadoop, List<String> gpuAddresses) throws IOException {
    Path weights = new Path(key.weights());
    if (!key.sha256().isEmpty()) {
      ModelArchive.requireUnchanged(weights, key.sha256(), hadoop);
    }
    Torch.start(key.threads());
    manager = Torch.manager(Devices.ofTask(gpuAddresses));
    try {
      InferenceConfig network = key.network();
      segmenter =
          new Segmenter(
              manager,
              SegmentationNetwork.read(weights, network.model(), key.classes(), manager, hadoop),
              new Images(network.mean(), network.std()),
              network.views());
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * What segments with the network of that key, loaded if this process does not have it on that
   * device; for any number of threads.
   *
   * @param gpuAddresses what Spark gave to the task; none for the CPU
   * @param task until whose end it can be used
   */
  static synchronized Segmenter segmenter(
      Key key, Configuration hadoop, List<String> gpuAddresses, TaskContext task)
      throws IOException {
    Place place = new Place(key, gpuAddresses);
    LoadedModel model = LOADED.get(place);
    if (model == null) {
      closeUnused(key);
      model = new LoadedModel(key, hadoop, gpuAddresses);
      LOADED.put(place, model);
    }
    model.keepFor(task);
    return model.segmenter;
  }

  /** Makes room for a network. The same one on another GPU is in nobody's way. */
  private static void closeUnused(Key wanted) {
    for (Iterator<Map.Entry<Place, LoadedModel>> all = LOADED.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Place, LoadedModel> loaded = all.next();
      LoadedModel model = loaded.getValue();
      if (!loaded.getKey().key().equals(wanted) && model.users.isEmpty()) {
        all.remove();
        model.manager.close();
      }
    }
  }

  private void keepFor(TaskContext task) {
    if (users.add(task)) {
      TaskCompletionListener end = ended -> users.remove(task);
      task.addTaskCompletionListener(end);
    }
  }
}

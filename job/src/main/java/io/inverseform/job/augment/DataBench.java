package io.inverseform.job.augment;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.PictureOperators;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures what a sample costs on its way to the network, part by part on one thread, and how many
 * the decode threads make.
 */
public final class DataBench {
  private static final int WARM_UP = 3;

  /** In the middle of what published recipes draw. */
  private static final List<Change> CHANGES =
      List.of(
          new Change(Change.Kind.BRIGHTNESS, 0.06),
          new Change(Change.Kind.CONTRAST, 1.2),
          new Change(Change.Kind.SATURATION, 1.2),
          new Change(Change.Kind.HUE, 0.05),
          new Change(Change.Kind.TOWARDS_MEAN, 1.2),
          new Change(Change.Kind.TOWARDS_GREY, 1.2),
          new Change(Change.Kind.BLUR, 0.7));

  private final JobConfig config;
  private final AugmentConfig augment;
  private final EdgeOperator operator;
  private final LocalSamples samples;
  private final int count;
  private final Meter decode = new Meter();
  private final Meter device = new Meter();
  private final Meter changes = new Meter();

  /** CPU time of this thread by part. */
  private static final class Meter {
    private final Map<String, Long> nanos = new LinkedHashMap<>();

    <T> T time(String part, Callable<T> work) throws IOException {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      try {
        return work.call();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      } finally {
        long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        nanos.merge(part, spent, Long::sum);
      }
    }

    Map<String, Double> milliseconds(int count) {
      Map<String, Double> mean = new LinkedHashMap<>();
      nanos.forEach((part, spent) -> mean.put(part, rounded(spent / 1e6 / count)));
      return mean;
    }
  }

  /**
   * A measurement on a split.
   *
   * @param count samples, from the first on and over again
   */
  public DataBench(JobConfig config, LocalSamples samples, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("samples must be at least 1, is " + count);
    }
    this.config = config;
    this.samples = samples;
    this.count = count;
    augment = config.augment();
    operator = EdgeOperators.of(config.preprocess().edges());
  }

  /** Measures. */
  public DataMeasurement run() throws IOException {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      for (int i = 0; i < WARM_UP + count; i++) {
        if (i == WARM_UP) {
          decode.nanos.clear();
          device.nanos.clear();
          changes.nanos.clear();
        }
        sample(manager, i);
      }
    }
    Map<String, Double> deviceParts = device.milliseconds(count);
    double batch = deviceParts.remove("batch");
    Map<String, Double> decodeParts = decode.milliseconds(count);
    Sample first = samples.sample(0);
    return new DataMeasurement(
        count,
        first.width() + "x" + first.height(),
        augment.cropWidth() + "x" + augment.cropHeight(),
        decodeParts,
        deviceParts,
        changes.milliseconds(count),
        rounded(decodeParts.values().stream().mapToDouble(Double::doubleValue).sum()),
        batch,
        config.train().decodeThreads(),
        rounded(throughput()));
  }

  private void sample(NDManager manager, int i) throws IOException {
    int index = i % samples.size();
    Sample sample = decode.time("read", () -> samples.sample(index));
    LabelMap whole = decode.time("labels", sample::labelMap);
    RgbPicture picture = decode.time("picture", sample::picture);
    CropWindow window =
        decode.time(
            "draw", () -> CropWindow.draw(augment, whole, null, new KeyedRandom(config.seed(), i)));
    LabelMap labels = decode.time("crop labels", () -> window.labels(whole));
    LabelMap edges = decode.time("edges", () -> window.edges(sample::edgeMap, labels, operator));
    Look look = Look.draw(augment, new KeyedRandom(config.seed(), i));
    Box reach = window.reach(whole.width(), whole.height());
    byte[] rgb = decode.time("cut picture", () -> reach.cut(picture));
    Crop crop = new Crop(window, look, reach, rgb, labels.ids(), edges.ids(), null);
    onDevice(manager, crop, whole.width(), whole.height());
  }

  private void onDevice(NDManager manager, Crop crop, int width, int height) throws IOException {
    Images images = new Images(augment.mean(), augment.std());
    try (NDManager arrays = manager.newSubManager()) {
      device.time("batch", () -> Batch.of(arrays, List.of(crop), images, augment));
      Box box = crop.reach();
      NDArray pixels =
          device.time("upload", () -> Images.pixels(arrays, crop.rgb(), box.height(), box.width()));
      NDArray scaled =
          device.time(
              "scale", () -> Images.scaled(pixels, crop.window().height(), crop.window().width()));
      device.time("mirror", () -> scaled.flip(3));
      device.time("normalise", () -> images.normalised(scaled));
      CropWindow straight = crop.window();
      CropWindow turned =
          new CropWindow(straight.source(), straight.width(), straight.height(), false, 5, augment);
      changes.time("rotation, in place of scaling", () -> rotated(pixels, turned.theta(box)));
      NDArray unit = Operators.scale(scaled, 1 / 255.0);
      for (Change change : CHANGES) {
        String name = change.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        changes.time(name, () -> change.apply(unit));
      }
    }
  }

  private NDArray rotated(NDArray pixels, double[] theta) {
    NDArray grid = PictureOperators.grid(pixels, theta, augment.cropHeight(), augment.cropWidth());
    PictureOperators.inside(grid);
    return PictureOperators.sample(pixels, grid);
  }

  /** Crops a second of all decode threads. */
  private double throughput() throws IOException {
    Augmentation augmentation = new Augmentation(augment, operator, config.seed());
    ExecutorService threads = Executors.newFixedThreadPool(config.train().decodeThreads());
    try {
      long start = System.nanoTime();
      List<Future<Crop>> crops = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int index = i % samples.size();
        crops.add(
            threads.submit(
                () -> augmentation.crop(samples.sample(index), new Draw(index, 0, null), 0)));
      }
      for (Future<Crop> crop : crops) {
        crop.get();
      }
      return count / ((System.nanoTime() - start) / 1e9);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while decoding", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }
}

package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.inverseform.job.augment.Crop;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Gradients;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * What the InverseForm term does to a step: how much of the boundary heads' gradient it makes, and
 * what forward and backward cost with it and without, in turns.
 *
 * <p>{@code InverseFormBench CONFIG STEPS [key=value]...}, after {@code pretrain}; with the weights
 * of the run folder where there are some.
 */
final class InverseFormBench {
  private InverseFormBench() {}

  public static void main(String[] args) throws IOException {
    JobConfig with =
        ConfigLoader.load(Path.of(args[0]), Arrays.asList(args).subList(2, args.length));
    JobConfig without = withoutInverseForm(with);
    int steps = Integer.parseInt(args[1]);
    Torch.start(with.train().threads());
    try (NDManager device = Torch.manager(Device.cpu());
        Side a = new Side(with, device);
        Side b = new Side(without, device)) {
      double[] ratios = new double[steps];
      Map<String, double[]> shares = new LinkedHashMap<>();
      for (int step = 0; step <= steps; step++) {
        // In turns, and each first half of the time.
        Step first = (step % 2 == 0 ? a : b).run(step);
        Step second = (step % 2 == 0 ? b : a).run(step);
        Step full = step % 2 == 0 ? first : second;
        Step plain = step % 2 == 0 ? second : first;
        if (step > 0) {
          ratios[step - 1] = full.seconds() / plain.seconds();
          for (String head : plain.gradients().keySet()) {
            shares.computeIfAbsent(head, name -> new double[steps])[step - 1] =
                relativeDifference(full.gradients().get(head), plain.gradients().get(head));
          }
        }
      }
      print("step time with / without", ratios);
      shares.forEach((head, values) -> print("change of the gradient of " + head, values));
    }
  }

  private static JobConfig withoutInverseForm(JobConfig config) {
    List<LossConfig.Term> others =
        config.loss().terms().stream()
            .filter(term -> !(term instanceof LossConfig.InverseForm))
            .toList();
    return new JobConfig(
        config.seed(),
        config.run(),
        config.data(),
        config.synthesize(),
        config.preprocess(),
        config.model(),
        new LossConfig(config.loss().outputWeights(), others),
        config.augment(),
        config.optimizer(),
        config.schedule(),
        config.train(),
        config.pretrain(),
        config.evaluate());
  }

  private static void print(String what, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s: median %.3f, 10 %% to 90 %% %.3f to %.3f%n",
        what,
        sorted[sorted.length / 2],
        sorted[sorted.length / 10],
        sorted[sorted.length * 9 / 10]);
  }

  private static double relativeDifference(List<Float> x, List<Float> y) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < x.size(); i++) {
      difference += Math.pow(x.get(i) - y.get(i), 2);
      norm += Math.pow(y.get(i), 2);
    }
    return Math.sqrt(difference / norm);
  }

  /**
   * A step.
   *
   * @param gradients of the boundary heads, by head
   */
  private record Step(double seconds, Map<String, List<Float>> gradients) {}

  /** One of the two losses, with a network of its own. */
  private static final class Side implements AutoCloseable {
    private final JobConfig config;
    private final NDManager device;
    private final Segmentation objective;
    private final FlatParameters parameters;
    private final Map<Parameter, String> heads = new LinkedHashMap<>();

    Side(JobConfig config, NDManager device) throws IOException {
      this.config = config;
      this.device = device;
      Configuration hadoop = new Configuration();
      Path local = Path.of(System.getProperty("java.io.tmpdir"), "inverseform-samples");
      objective = new Segmentation.Factory().open(config, new Site(device, local, hadoop));
      parameters = new FlatParameters(device, objective.network(), config.seed());
      RunFolder run = new RunFolder(config.run(), hadoop);
      if (run.fileSystem().exists(run.model())) {
        try (WeightFile file = WeightFile.open(run.model(), hadoop)) {
          parameters.load(file, PretrainedConfig.NONE);
        }
      }
      objective
          .network()
          .named()
          .forEach(
              (name, parameter) -> {
                if (name.startsWith("edge")) {
                  heads.put(parameter, name.substring(0, name.indexOf('.')));
                }
              });
    }

    Step run(int step) throws IOException {
      int[] samples = new int[config.train().batch()];
      List<Crop> crops = new ArrayList<>();
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (step * samples.length + i) % objective.epochs().size();
        crops.add(objective.example(new Draw(samples[i], 0, null), 0));
      }
      Map<String, List<Float>> gradients = new LinkedHashMap<>();
      Gradients collected =
          (parameter, gradient) -> {
            String head = heads.get(parameter);
            if (head != null) {
              add(gradients.computeIfAbsent(head, name -> new ArrayList<>()), gradient);
            }
          };
      long start = System.nanoTime();
      try (NDManager arrays = device.newSubManager();
          Tape tape =
              Tape.training(arrays, collected, new DropoutMasks(config.seed(), 0, samples))) {
        NDArray total = objective.loss(tape, crops, crops.size()).total();
        tape.backward(total);
        total.getFloat();
      }
      return new Step((System.nanoTime() - start) / 1e9, gradients);
    }

    private static void add(List<Float> all, NDArray gradient) {
      for (float value : gradient.duplicate().toFloatArray()) {
        all.add(value);
      }
    }

    @Override
    public void close() throws IOException {
      objective.close();
    }
  }
}

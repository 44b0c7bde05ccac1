package io.inverseform.job.cli;

import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.train.NetworkBench;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import picocli.CommandLine.TypeConversionException;

/** Which network is measured, on which input. */
final class BenchNetworkOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--width", description = "Channels of HRNet's finest branch.")
  private int width = 48;

  @Option(
      names = "--modules",
      split = ",",
      description = "Exchange modules of stages 2, 3 and 4.",
      defaultValue = "1,4,3")
  private List<Integer> modules;

  @Option(names = "--blocks", description = "Basic blocks a branch and module.")
  private int blocks = 4;

  @Option(names = "--stage1", description = "Bottleneck blocks of the first stage.")
  private int stage1 = 4;

  @Option(names = "--norm", description = "Normalisation: batch, sync_batch, frozen or group.")
  private NormConfig.Type norm = NormConfig.Type.BATCH;

  @Option(names = "--precision", description = "Of activations: float32 or bfloat16.")
  private Precision precision = Precision.FLOAT32;

  @Option(names = "--memory-format", description = "Of activations: channels_last or contiguous.")
  private MemoryFormat format = MemoryFormat.CHANNELS_LAST;

  @Option(
      names = "--recompute",
      split = ",",
      paramLabel = "STAGE",
      description = "Stages, 2 to 4, whose activations are computed again.")
  private List<Integer> recompute = List.of();

  @Option(names = "--classes")
  private int classes = 19;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description = "Height and width of the images.",
      defaultValue = "256x512")
  private Size size;

  @Option(names = "--batch", description = "Images a step.")
  private int batch = 1;

  @Option(
      names = "--no-inverse-form",
      negatable = true,
      description = "Without the InverseForm term and its network.")
  private boolean inverseForm = true;

  @Option(
      names = "--device",
      description = "What computes: cpu, cuda, or cpu0 for the CPU as though it were a GPU.")
  private String device = "cpu";

  @Option(
      names = "--inverse-network",
      description = "Of the InverseForm term: published, on 3 x 6 tiles, or convolutional.")
  private NetworkBench.Inverse inverseNetwork = NetworkBench.Inverse.PUBLISHED;

  @Option(names = "--threads", description = "Torch threads.")
  private int threads = 2;

  private record Size(int height, int width) {
    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /**
   * @param steps measured, after one to warm up
   */
  NetworkBench bench(int steps) {
    try {
      BackboneConfig backbone =
          new BackboneConfig(
              false,
              64,
              stage1,
              64,
              List.of(width, 2 * width, 4 * width, 8 * width),
              blocks,
              modules);
      ModelConfig model =
          ModelConfig.ocrNet(backbone, 512, 256, 0.05, new NormConfig(norm, 0.1, 1e-5, 32))
              .with(new ComputeConfig(precision, format), recompute);
      Optional<NetworkBench.Inverse> inverse =
          inverseForm ? Optional.of(inverseNetwork) : Optional.empty();
      return new NetworkBench(
          model, classes, size.height(), size.width(), batch, inverse, device, threads, steps);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  static final class SizeConverter implements ITypeConverter<Size> {
    @Override
    public Size convert(String value) {
      if (!value.matches("\\d{1,5}x\\d{1,5}")) {
        throw new TypeConversionException("must be HEIGHTxWIDTH, such as 256x512, is " + value);
      }
      String[] parts = value.split("x");
      return new Size(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
  }
}

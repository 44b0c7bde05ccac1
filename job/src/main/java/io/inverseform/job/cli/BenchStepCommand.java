package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.train.StepBench;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Prints the cost of one training step as a line of JSON. */
@Command(
    name = "step",
    description = "Measure one training step of OCRNet with InverseForm on random input.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchStepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

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

  @Option(
      names = "--norm",
      converter = NormConverter.class,
      description = "Normalisation: batch, sync_batch, frozen or group.",
      defaultValue = "batch")
  private NormConfig.Type norm;

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

  @Option(names = "--threads", description = "Torch threads.")
  private int threads = 2;

  @Option(names = "--steps", description = "Measured steps, after one to warm up.")
  private int steps = 5;

  private record Size(int height, int width) {
    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  @Override
  public Integer call() throws IOException {
    StepBench bench;
    try {
      bench =
          new StepBench(
              width,
              modules,
              blocks,
              stage1,
              norm,
              classes,
              size.height(),
              size.width(),
              batch,
              threads,
              steps);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(bench.run()));
    return 0;
  }

  static final class NormConverter implements ITypeConverter<NormConfig.Type> {
    @Override
    public NormConfig.Type convert(String value) {
      for (NormConfig.Type type : NormConfig.Type.values()) {
        if (type.name().toLowerCase(Locale.ROOT).equals(value)) {
          return type;
        }
      }
      throw new TypeConversionException("must be batch, sync_batch, frozen or group, is " + value);
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

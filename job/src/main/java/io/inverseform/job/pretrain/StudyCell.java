package io.inverseform.job.pretrain;

import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import java.util.List;
import java.util.Locale;

/**
 * A cell of the study.
 *
 * @param tile pixels on a side
 */
public record StudyCell(Network network, Transform transform, int tile) {
  /** The networks. */
  public enum Network {
    /** None: the pixels' difference. */
    NONE,
    /** As published, in all but the tile. */
    PERCEPTRON,
    /** The same, a tenth as wide. */
    SMALL,
    /** Convolutions of both tiles. */
    CONVOLUTIONAL
  }

  /** The network's configuration; where there is none, of one that gives the same tiles. */
  public InverseNetworkConfig config() {
    return switch (network) {
      case NONE, PERCEPTRON ->
          new InverseNetworkConfig.MultiLayerPerceptron(tile, List.of(1000, 32), transform);
      case SMALL ->
          new InverseNetworkConfig.MultiLayerPerceptron(tile, List.of(100, 32), transform);
      case CONVOLUTIONAL ->
          new InverseNetworkConfig.Convolutional(tile, List.of(24, 48, 48, 64, 64), 128, transform);
    };
  }

  /** Its name, such as convolutional/euclidean6/64: {@link #of} gives the cell back. */
  @Override
  public String toString() {
    return "%s/%s/%d".formatted(name(network), name(transform), tile);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A cell by its name.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static StudyCell of(String name) {
    String[] parts = name.split("/");
    try {
      return new StudyCell(
          Network.valueOf(parts[0].toUpperCase(Locale.ROOT)),
          Transform.valueOf(parts[1].toUpperCase(Locale.ROOT)),
          Integer.parseInt(parts[2]));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "a cell is NETWORK/TRANSFORM/TILE, such as convolutional/euclidean6/64, not '"
              + name
              + "'",
          e);
    }
  }
}

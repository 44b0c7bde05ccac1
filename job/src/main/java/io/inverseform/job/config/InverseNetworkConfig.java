package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;

/** The network that regresses the transform between two boundary tiles. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = InverseNetworkConfig.Convolutional.class, name = "convolutional"),
  @JsonSubTypes.Type(
      value = InverseNetworkConfig.MultiLayerPerceptron.class,
      name = "multi_layer_perceptron")
})
public sealed interface InverseNetworkConfig extends Serializable {
  /** Pixels on a side of a tile. */
  int tile();

  /** What is regressed. */
  Transform transform();

  /** Which numbers describe a transform theta; all are 0 for the identity. */
  enum Transform {
    /** Shift in x and y: theta - I at (0, 2), (1, 2); the published small network's. */
    EUCLIDEAN2(2, 5),
    /** Shift in x and y, scale in x and y: theta - I at (0, 2), (1, 2), (0, 0), (1, 1). */
    EUCLIDEAN4(2, 5, 0, 4),
    /** All of theta - I, row-major (2, 3). */
    EUCLIDEAN6(0, 1, 2, 3, 4, 5),
    /** All of theta - I of a homography, row-major (3, 3) without the last, which is 0. */
    EUCLIDEAN8(0, 1, 2, 3, 4, 5, 6, 7),
    /** The same, whose distance from the identity is that of the nearest rotation. */
    GEODESIC8(0, 1, 2, 3, 4, 5, 6, 7);

    private static final List<String> NAMES =
        List.of(
            "scale_x",
            "shear_x",
            "shift_x",
            "shear_y",
            "scale_y",
            "shift_y",
            "perspective_x",
            "perspective_y");

    private final List<Integer> places;

    Transform(Integer... places) {
      this.places = List.of(places);
    }

    /** Where each number stands in theta - I, row-major with three columns. */
    public List<Integer> places() {
      return places;
    }

    /** What each number is. */
    public List<String> names() {
      return places.stream().map(NAMES::get).toList();
    }

    /** How many numbers. */
    public int parameters() {
      return places.size();
    }
  }

  /**
   * Convolutions on both tiles, then two affine maps.
   *
   * @param tile pixels on a side
   * @param channels of each convolution: the first is 7x7 of stride 4, the others are 3x3 of
   *     strides 1, 2, 1, 2 and so on
   * @param hidden width between the affine maps
   */
  record Convolutional(int tile, List<Integer> channels, int hidden, Transform transform)
      implements InverseNetworkConfig {
    public Convolutional {
      checkTile(tile);
      channels = Check.list("channels", channels, v -> v >= 1, "at least 1");
      Check.atLeast(1, "hidden", hidden);
      Check.given("transform", transform);
    }
  }

  /**
   * Affine maps on the pixels of both tiles; published with tile 224, hidden 1000 and 32 and four
   * numbers.
   *
   * @param tile pixels on a side
   * @param hidden widths between the affine maps
   */
  record MultiLayerPerceptron(int tile, List<Integer> hidden, Transform transform)
      implements InverseNetworkConfig {
    public MultiLayerPerceptron {
      checkTile(tile);
      hidden = Check.list("hidden", hidden, v -> v >= 1, "at least 1");
      Check.given("transform", transform);
    }
  }

  private static void checkTile(int tile) {
    Check.that(tile >= 4 && tile <= 1024, "tile", tile, "4 to 1024 pixels");
  }
}

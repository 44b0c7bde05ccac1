package io.inverseform.job.dataset;

import io.inverseform.job.config.ClassUniformConfig;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.Nearest;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Epochs of which a share is drawn class by class, each class as often as any other or by its
 * weight, with a centroid of the class for the crop to lie around; the rest are samples of the
 * epoch's permutation. Sampling by class is that of Rota Bulo et al., "In-Place Activated
 * BatchNorm", 2018; with crops around centroids it is used in Tao et al., "Hierarchical Multi-Scale
 * Attention for Semantic Segmentation", 2020, for half of an epoch.
 *
 * <p>A class's places are gone through in an order of the epoch, and again from the start where
 * there are fewer than draws, so that none has two draws more than another of its class.
 */
public final class ClassUniformEpochs implements Epochs {
  private static final long ORDER = KeyedRandom.hash("class-uniform order");
  private static final long PLACES = KeyedRandom.hash("class-uniform places");

  private final long seed;
  private final int size;
  private final ClassPlaces places;
  private final int[] quotas;
  private final int focused;

  /**
   * Class-uniform epochs.
   *
   * @param size of the split and of an epoch
   * @param share of an epoch that is drawn by class, 0 to 1
   * @param weights by train id, not negative; classes that the split lacks have none
   * @throws IllegalArgumentException if no class of the split has a weight
   */
  public ClassUniformEpochs(
      long seed, int size, double share, List<Double> weights, ClassPlaces places) {
    this.seed = seed;
    this.size = size;
    this.places = places;
    this.focused = (int) Math.round(share * size);
    this.quotas = quotas(focused, weights, places);
  }

  /**
   * The weight of every class, by train id.
   *
   * @throws ConfigException if another class is named
   */
  public static List<Double> weights(ClassUniformConfig config, ClassCatalogue catalogue) {
    for (String name : config.bias().keySet()) {
      if (!catalogue.names().contains(name)) {
        throw new ConfigException(
            "'data.class_uniform.bias' names the class '%s', which the sample table lacks; did you mean '%s'?"
                .formatted(name, Nearest.of(name, catalogue.names())));
      }
    }
    return catalogue.names().stream().map(name -> config.bias().getOrDefault(name, 1.0)).toList();
  }

  /** Draws by class; they add up to all, and each is within 1 of its part. */
  private static int[] quotas(int draws, List<Double> weights, ClassPlaces places) {
    int classes = places.byClass().size();
    double[] until = new double[classes + 1];
    for (int c = 0; c < classes; c++) {
      until[c + 1] = until[c] + (places.byClass().get(c).isEmpty() ? 0 : weights.get(c));
    }
    if (until[classes] == 0) {
      throw new ConfigException(
          "'data.class_uniform.bias' is 0 for every class that the split has, factors by train id are %s: give one of"
                  .formatted(weights)
              + " them a factor above 0, or set data.class_uniform.share to 0");
    }
    int[] quotas = new int[classes];
    for (int c = 0; c < classes; c++) {
      quotas[c] =
          (int)
              (Math.round(draws * until[c + 1] / until[classes])
                  - Math.round(draws * until[c] / until[classes]));
    }
    return quotas;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Draw[] of(int epoch) {
    List<Draw> drawn = new ArrayList<>(size);
    for (int c = 0; c < quotas.length; c++) {
      List<ClassPlaces.Place> ofClass = places.byClass().get(c);
      int[] order = new int[ofClass.size()];
      Arrays.setAll(order, i -> i);
      new KeyedRandom(seed, PLACES, epoch, c).shuffle(order);
      for (int i = 0; i < quotas[c]; i++) {
        ClassPlaces.Place place = ofClass.get(order[i % order.length]);
        drawn.add(new Draw(place.sample(), 0, place.centroid()));
      }
    }
    int[] permutation = UniformEpochs.permutation(seed, size, epoch);
    for (int i = 0; i < size - focused; i++) {
      drawn.add(new Draw(permutation[i], 0, null));
    }
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    new KeyedRandom(seed, ORDER, epoch).shuffle(order);
    int[] turns = new int[size];
    Draw[] epochsDraws = new Draw[size];
    for (int i = 0; i < size; i++) {
      Draw draw = drawn.get(order[i]);
      epochsDraws[i] = new Draw(draw.sample(), turns[draw.sample()]++, draw.focus());
    }
    return epochsDraws;
  }
}

package io.inverseform.udf.sql;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.score.ConfusionMatrix;
import java.util.List;
import java.util.Map;

/** Arguments of a call by name: its inputs or its options. */
final class Values {
  private final List<Argument> arguments;
  private final List<Object> values;

  /**
   * Values of arguments.
   *
   * @param values in the order of the arguments; null for one that is left out and has no fallback
   */
  Values(List<Argument> arguments, List<Object> values) {
    this.arguments = arguments;
    this.values = values;
  }

  private <T> T value(String name, Class<T> type) {
    for (int i = 0; i < values.size(); i++) {
      if (arguments.get(i).name().equals(name)) {
        return type.cast(values.get(i));
      }
    }
    throw new IllegalStateException("there is no argument '" + name + "' among " + arguments);
  }

  boolean has(String name) {
    return value(name, Object.class) != null;
  }

  LabelMap map(String name) {
    return value(name, LabelMap.class);
  }

  RgbPicture picture(String name) {
    return value(name, RgbPicture.class);
  }

  ConfusionMatrix matrix(String name) {
    return value(name, ConfusionMatrix.class);
  }

  int[] integers(String name) {
    return value(name, int[].class);
  }

  int integer(String name) {
    return value(name, Integer.class);
  }

  /** A whole number within bounds; anything else is an error. */
  int integer(String name, int least, int most) {
    int value = integer(name);
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be " + least + " to " + most + ", is " + value);
    }
    return value;
  }

  double real(String name) {
    return value(name, Double.class);
  }

  <E extends Enum<E>> E choice(String name, Class<E> type) {
    return value(name, type);
  }

  @SuppressWarnings("unchecked")
  Map<Integer, Integer> mapping(String name) {
    return value(name, Map.class);
  }

  @SuppressWarnings("unchecked")
  List<Integer> palette(String name) {
    return value(name, List.class);
  }
}

package io.inverseform.udf.sql;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All functions. A scalar function that decodes an image has a variant {@code try_…} beside it. */
final class FunctionTable {
  private static final Map<String, SqlFunction> BY_NAME = new LinkedHashMap<>();

  static {
    Stream.of(
            LabelFunctions.all(),
            StatisticsFunctions.all(),
            EdgeFunctions.all(),
            PictureFunctions.all(),
            ScoreFunctions.all())
        .flatMap(List::stream)
        .forEach(FunctionTable::add);
  }

  private FunctionTable() {}

  private static void add(SqlFunction function) {
    if (BY_NAME.put(function.name(), function) != null) {
      throw new IllegalStateException("there are two functions " + function.name());
    }
    if (function instanceof ScalarEntry scalar
        && scalar.signature().takesImages()
        && !scalar.isTolerant()) {
      add(scalar.tolerant());
    }
  }

  static Collection<SqlFunction> all() {
    return BY_NAME.values();
  }

  static SqlFunction named(String name) {
    return BY_NAME.get(name);
  }

  static ScalarEntry scalar(String name) {
    return (ScalarEntry) BY_NAME.get(name);
  }

  static AggregateEntry<?> aggregate(String name) {
    return (AggregateEntry<?>) BY_NAME.get(name);
  }
}

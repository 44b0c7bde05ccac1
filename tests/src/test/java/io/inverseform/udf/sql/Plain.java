package io.inverseform.udf.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** Values of SQL and of Java in one form, to be compared: arrays and structs become lists. */
final class Plain {
  private Plain() {}

  static Object of(Object value) {
    if (value instanceof Row row) {
      return IntStream.range(0, row.size()).mapToObj(i -> of(row.get(i))).toList();
    }
    if (value instanceof Seq<?> seq) {
      return list(JavaConverters.seqAsJavaList(seq));
    }
    if (value instanceof List<?> list) {
      return list(list);
    }
    if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    if (value instanceof long[] array) {
      return Arrays.stream(array).boxed().toList();
    }
    if (value instanceof float[] array) {
      return IntStream.range(0, array.length).mapToObj(i -> array[i]).toList();
    }
    if (value instanceof double[] array) {
      return list(Arrays.stream(array).boxed().toList());
    }
    // A number that does not exist is NULL in SQL.
    return value instanceof Double number && number.isNaN() ? null : value;
  }

  private static List<Object> list(List<?> values) {
    List<Object> plain = new ArrayList<>();
    values.forEach(value -> plain.add(of(value)));
    return plain;
  }
}

package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** A null for any argument of a scalar function gives null. */
class NullsTest {
  @Test
  void inAnyPlace() {
    Sample.table(Sample.random(4, 1)).createOrReplaceTempView("one");
    List<String> calls = new ArrayList<>();
    for (SqlFunction function : FunctionTable.all()) {
      if (function instanceof ScalarEntry) {
        int count = function.signature().arguments().size();
        IntStream.range(0, count).forEach(at -> calls.add(call(function.signature(), at)));
      }
    }
    Row row = SqlSession.query("SELECT " + String.join(", ", calls) + " FROM one").first();
    for (int i = 0; i < row.size(); i++) {
      assertThat(row.get(i)).as(calls.get(i)).isNull();
    }
    assertThat(calls).hasSizeGreaterThan(80);
  }

  private static String call(Signature signature, int nullAt) {
    return IntStream.range(0, signature.arguments().size())
        .mapToObj(i -> i == nullAt ? "NULL" : value(signature.arguments().get(i)))
        .collect(Collectors.joining(", ", signature.name() + "(", ")"));
  }

  private static String value(Argument argument) {
    return switch (argument.type().catalogString()) {
      case "binary" -> argument.name();
      case "string" -> "'" + argument.sqlFallback() + "'";
      case "map<int,int>" -> "map(0, 1)";
      case "array<int>" -> "array(1)";
      case "array<array<bigint>>" -> "array(array(1L))";
      default -> "1";
    };
  }
}

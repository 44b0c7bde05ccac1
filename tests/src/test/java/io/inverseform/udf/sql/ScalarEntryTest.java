package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

class ScalarEntryTest {
  @Test
  void preparesOnceForTheSameOptions() {
    List<Integer> prepared = new ArrayList<>();
    ScalarEntry entry =
        new ScalarEntry(
            Signature.of("times", DataTypes.IntegerType, "Multiplies.")
                .takes(
                    Argument.integers("values", "some"), Argument.integer("factor", "any").or(2)),
            options -> {
              int factor = options.integer("factor");
              prepared.add(factor);
              return inputs -> inputs.integers("values").length * factor;
            });
    for (int i = 0; i < 3; i++) {
      assertThat(apply(entry, SqlValues.of(new int[4]))).isEqualTo(8);
      assertThat(apply(entry, SqlValues.of(new int[4]), 2)).isEqualTo(8);
      assertThat(apply(entry, SqlValues.of(new int[5]), 3)).isEqualTo(15);
    }
    assertThat(prepared).containsExactly(2, 3);
  }

  private static Object apply(ScalarEntry entry, Object... arguments) {
    return entry.apply(new GenericInternalRow(arguments), arguments.length);
  }
}

package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Bfloat16Test {
  /** The nearer of the two neighbours by exact arithmetic, of equally near ones the even. */
  private static float nearest(float value) {
    int below = Float.floatToRawIntBits(value) & 0xffff0000;
    int above = below + 0x10000;
    if (!Float.isFinite(Float.intBitsToFloat(above))) {
      // The next value there would be, if there were larger ones.
      return Math.abs(value) < 0x1.FFp127f ? Float.intBitsToFloat(below) : value * 2;
    }
    BigDecimal exact = new BigDecimal(value);
    int order =
        exact
            .subtract(new BigDecimal(Float.intBitsToFloat(below)))
            .abs()
            .compareTo(new BigDecimal(Float.intBitsToFloat(above)).subtract(exact).abs());
    boolean down = order < 0 || order == 0 && (below & 0x10000) == 0;
    return Float.intBitsToFloat(down ? below : above);
  }

  private static float[] roundTrip(float[] values) {
    Bfloat16 codec = new Bfloat16();
    Bfloat16Vector vector = new Bfloat16Vector(values.length + 10);
    float[] rounded = new float[values.length];
    codec.encode(values, values.length, vector, 10, rounded);
    float[] decoded = new float[values.length];
    codec.decode(vector, 10, values.length, decoded);
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.floatToRawIntBits(decoded[i]))
          .isEqualTo(Float.floatToRawIntBits(rounded[i]));
    }
    return decoded;
  }

  @Test
  void everyValueGoesToItsNearestNeighbourTiesToEven() {
    Random random = new Random(1);
    float[] values = new float[Bfloat16.BLOCK];
    for (int i = 0; i < values.length; i++) {
      int bits = random.nextInt();
      // Every other value is a tie or next to one.
      bits = i % 2 == 0 ? bits : bits & 0xffff0000 | 0x8000 + random.nextInt(3) - 1;
      values[i] = Float.intBitsToFloat((bits & 0x7f800000) == 0x7f800000 ? i : bits);
    }
    float[] decoded = roundTrip(values);
    for (int i = 0; i < values.length; i++) {
      assertThat(decoded[i]).as("%a", values[i]).isEqualTo(nearest(values[i]));
    }
  }

  @Test
  void whatIsNoNumberStaysSoAndWhatIsTooLargeBecomesInfinite() {
    float[] values = {
      Float.NaN,
      Float.intBitsToFloat(0x7f800001),
      Float.intBitsToFloat(0x7fffffff),
      Float.intBitsToFloat(0xffffffff),
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      0x1.FEp127f,
      -0.0f,
      Float.MIN_VALUE
    };
    float[] decoded = roundTrip(values);
    for (int i = 0; i < 4; i++) {
      assertThat(decoded[i]).isNaN();
    }
    assertThat(decoded[4]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(decoded[5]).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(decoded[6]).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(decoded[7]).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(decoded[8]).isEqualTo(0x1.FEp127f);
    assertThat(Float.floatToRawIntBits(decoded[9])).isEqualTo(Float.floatToRawIntBits(-0.0f));
    assertThat(decoded[10]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 130, 131, Bfloat16.BLOCK - 1})
  void blocksOfAnyLengthKeepTheirOrderAndTheirNeighbours(int length) {
    Bfloat16 codec = new Bfloat16();
    Bfloat16Vector vector = new Bfloat16Vector(length + 128);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i % 251 - 125;
    }
    codec.encode(new float[] {7, 8}, 2, vector, 62, new float[2]);
    codec.encode(values, length, vector, 64, new float[length]);
    float[] decoded = new float[length];
    codec.decode(vector, 64, length, decoded);
    assertThat(decoded).isEqualTo(values);
    assertThat(vector.slice(64, length).remaining()).isEqualTo(2 * length);
    float[] before = new float[2];
    codec.decode(vector, 62, 2, before);
    assertThat(before).containsExactly(7, 8);
    if (length % 2 == 0) {
      codec.encode(new float[] {9}, 1, vector, 64 + length, new float[1]);
      codec.decode(vector, 64, length, decoded);
      assertThat(decoded).isEqualTo(values);
    }
  }
}

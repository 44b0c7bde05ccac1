package io.inverseform.udf.sql;

import org.apache.spark.sql.SparkSessionExtensions;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Makes the SQL functions part of every session of an application, by {@code
 * spark.sql.extensions=io.inverseform.udf.sql.InverseFormExtensions}.
 */
public final class InverseFormExtensions
    extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  /** What Spark calls by reflection. */
  public InverseFormExtensions() {}

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    InverseFormFunctions.describe(extensions::injectFunction);
    return BoxedUnit.UNIT;
  }
}

# The image of docker-compose.yaml: Airflow with this package's pinned requirements, DAGs, plugin and domain package.
# Build: docker compose build
#
# The tag equals the pin of apache-airflow in requirements.txt and the Python of `make setup` (a test compares them).
# A smaller base is slim-3.3.2-python3.11: it lacks the many providers that this package does not use.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.11

# mysqlclient has no wheel for Linux: built here, so that no compiler ends up in the image that runs.
FROM ${AIRFLOW_IMAGE} AS wheels
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
USER airflow
COPY requirements.txt /tmp/requirements.txt
RUN awk '/^mysqlclient==/ {found = 1} found {print} found && !/\\$/ {exit}' /tmp/requirements.txt > /tmp/mysqlclient.txt \
    && pip wheel --no-cache-dir --no-deps --no-binary mysqlclient --wheel-dir /tmp/wheels -r /tmp/mysqlclient.txt

FROM ${AIRFLOW_IMAGE}
# The client library that the wheel is linked to; the base image has it already, a slim one has not.
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/*
USER airflow

# The base image was built with Airflow's own constraints file. requirements.txt is pinned completely, apache-airflow
# included, and replaces packages of the image where the versions differ (SQLAlchemy and pandas, for example). That is
# the combination that the tests run on. Providers of the base image that are not in requirements.txt may then warn
# about versions when Airflow lists them; nothing here imports them.
COPY --from=wheels /tmp/wheels /tmp/wheels
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --no-deps /tmp/wheels/*.whl \
    && pip install --no-cache-dir -r /tmp/requirements.txt \
    && python -c "import MySQLdb, polars, great_expectations, airflow.providers.fab, airflow.providers.celery"

COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
COPY --chown=airflow:root include /opt/airflow/include
COPY --chown=airflow:root config /opt/airflow/config

# A named volume takes its owner from the folder that it is mounted on.
RUN mkdir -m 0770 -p /opt/airflow/cmms_storage

# plugins/ is on Airflow's path by itself, include/ never is.
ENV PYTHONPATH=/opt/airflow/include \
    GX_ANALYTICS_ENABLED=false \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False

var map_stations = L.map(
                "map_stations",
                {
                    center: [40.735, -73.985],
                    crs: L.CRS.EPSG3857,
                    ...{
  "zoom": 12,
  "zoomControl": false,
  "preferCanvas": false,
  "maxZoom": 19,
  "minZoom": 3,
}

                }
            );
            L.control.zoom( { position: "bottomright" } ).addTo(map_stations);

            

        
    

        function geo_json_stations_onEachFeature(feature, layer) {

            layer.on({
            });
        };
        var geo_json_stations = L.geoJson(null, {
                onEachFeature: geo_json_stations_onEachFeature,
            
            ...{
  "pointToLayer": (feature, latlng) => bikeshare.mark(feature, latlng),
}
        });

        function geo_json_stations_add (data) {
            geo_json_stations
                .addData(data);
        }
            geo_json_stations_add({"features": [], "type": "FeatureCollection"});
        geo_json_stations.setStyle(function(feature) {return feature.properties.style;});

        
    
            geo_json_stations.addTo(map_stations);
